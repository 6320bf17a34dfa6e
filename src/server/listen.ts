/** @file An app on loopback: connections, times for requests to arrive, and what is so malformed that no route sees it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { badUsage } from '../tensor/index.ts';
import { asProblem, errorBody, Problem } from './problem.ts';

export const HOST = '127.0.0.1';

/** Times for the headers and the body of a request to come in. */
const ARRIVAL = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };

export interface Listening {
  readonly port: number;
  close(): void;
}

/**
 * Listens on a port of loopback, 0 for a free one. The app is told how to learn its port.
 *
 * @throws TouchstoneError where the port cannot be had
 */
export async function listen(
  appFor: (port: () => number) => Hono,
  { port, connections }: { readonly port: number; readonly connections: number },
): Promise<Listening> {
  let server: Server | undefined;
  const app = appFor(() => portOf(server!));
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: refuse,
  });
  server = createServer(ARRIVAL, listener);
  server.maxConnections = connections;
  await bind(server, port);
  const open = server;
  return {
    port: portOf(open),
    close: () => {
      open.closeAllConnections();
      open.close();
    },
  };
}

/** What comes so malformed that no route sees it. */
function refuse(error: unknown): Response {
  const found = asProblem(error);
  const problem = found.status === 500 ? new Problem(400, 'the request is malformed') : found;
  const headers = { 'content-type': 'application/json' };
  return new Response(JSON.stringify(errorBody(problem)), { status: problem.status, headers });
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      try {
        if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
        badUsage(`port ${port} cannot be had (${error.code})`, 'give another, or 0 for a free one');
      } catch (reason) {
        reject(reason);
      }
    });
    server.listen(port, HOST, resolve);
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
