/** @file The server: loopback alone, with a token, over desks of models. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { badUsage, TouchstoneError } from '../tensor/index.ts';
import { createApp } from './app.ts';
import { Desk, type ServedModel } from './desk.ts';
import { asProblem, errorBody, Problem } from './problem.ts';

const HOST = '127.0.0.1';

/** How much one server takes on. */
export interface ServerLimits {
  /** Requests for one model that run at once. Default 4. */
  readonly concurrency?: number;
  /** Requests for one model that may wait; further ones get 429. Default 32. */
  readonly queue?: number;
  /** Longest body. Default 8 MiB. */
  readonly bodyBytes?: number;
  /** Longest work for one request. Default ten minutes. */
  readonly timeoutMs?: number;
  /** Most numbers that are read at once. Default 4 million. */
  readonly mostNumbers?: number;
  /** Open connections. Default 128. */
  readonly connections?: number;
}

export interface ServerOptions {
  readonly models: readonly ServedModel[];
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  /** Whether activations can be read. Default false. */
  readonly whiteBox?: boolean;
  /** Versions of the program and its runtime, for the fingerprint. */
  readonly versions: { readonly program: string; readonly runtime: string };
  readonly limits?: ServerLimits;
  /** Told faults of the program, for whoever runs the server. */
  readonly onFault?: (problem: Problem) => void;
}

/** A server that runs. */
export interface RunningServer {
  /** As clients of OpenAI's API take it: ends with /v1. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Ends all work and all processes. */
  close(): Promise<void>;
}

const DEFAULTS: Required<ServerLimits> = {
  concurrency: 4,
  queue: 32,
  bodyBytes: 8 * 2 ** 20,
  timeoutMs: 600_000,
  mostNumbers: 2 ** 22,
  connections: 128,
};
/** Times for the headers and the body of a request to come in. */
const ARRIVAL = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 };

/**
 * Opens the models and listens.
 *
 * @throws TouchstoneError where the port is taken, or a model cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { token = randomBytes(24).toString('base64url'), port = 0 } = options;
  const limits = { ...DEFAULTS, ...options.limits };
  const desks = options.models.map((model) => new Desk(model, limits));
  const close = async (server?: Server) => {
    server?.closeAllConnections();
    server?.close();
    await Promise.all(desks.map((desk) => desk.close()));
  };
  try {
    await Promise.all(desks.map(openFirst));
    const server = await listen(desks, { ...options, token, port, limits });
    const own = portOf(server);
    return { url: `http://${HOST}:${own}/v1`, port: own, token, close: () => close(server) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws TouchstoneError saying why it cannot be opened */
async function openFirst(desk: Desk): Promise<void> {
  try {
    await desk.open();
  } catch (cause) {
    const { message, fault } = asProblem(cause);
    const kind = fault === undefined ? 'input' : 'failed';
    throw new TouchstoneError(kind, `${desk.name} cannot be served: ${message}`, { cause });
  }
}

type Settled = Omit<ServerOptions, 'limits'> & {
  readonly token: string;
  readonly port: number;
  readonly limits: Required<ServerLimits>;
};

async function listen(desks: readonly Desk[], options: Settled): Promise<Server> {
  const { limits, whiteBox = false, versions, onFault = () => {} } = options;
  let server: Server | undefined;
  const app = createApp({
    ...{ desks, token: options.token, whiteBox, onFault, version: versions.program },
    ...limits,
    port: () => portOf(server!),
    fingerprint: fingerprintOf(versions),
  });
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: refuse,
  });
  server = createServer(ARRIVAL, listener);
  server.maxConnections = limits.connections;
  await bind(server, options.port);
  return server;
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

/** Tells answers of one program from those of another. Nothing of the model is in it. */
function fingerprintOf({ program, runtime }: ServerOptions['versions']): string {
  return `fp_${createHash('sha256').update(`${program} ${runtime}`).digest('hex').slice(0, 12)}`;
}
