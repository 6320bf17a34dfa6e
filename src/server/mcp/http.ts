/** @file MCP over HTTP on loopback (the transport "Streamable HTTP"): a session for each agent, a limited number of them. */
import { randomBytes } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { Hono } from 'hono';
import { jsonOf } from '../body.ts';
import { guard } from '../guard.ts';
import { HOST, listen } from '../listen.ts';
import { asProblem, badRequest, Problem } from '../problem.ts';
import type { RunningServer } from '../server.ts';
import { tell } from '../tell.ts';
import { type McpOptions, mcpServer } from './server.ts';

export interface McpHttpOptions extends McpOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  /** Sessions at once. Default 16. */
  readonly sessions?: number;
}

const BODY_BYTES = 8 * 2 ** 20;
/** Two for each of 16 sessions, and some. */
const CONNECTIONS = 64;
const SESSIONS = 16;
/** A session that has asked nothing for so long gives its place to another. */
const IDLE_MS = 10 * 60_000;

/** Listens; the endpoint is at /mcp. @throws TouchstoneError where the port is taken */
export async function startMcp(options: McpHttpOptions): Promise<RunningServer> {
  const { port = 0, token = randomBytes(24).toString('base64url') } = options;
  const sessions = new Sessions(options);
  const server = await listen((own) => createMcpApp(sessions, { ...options, token, own }), {
    ...{ port, connections: CONNECTIONS },
  });
  const close = async () => {
    await sessions.close();
    server.close();
  };
  return { url: `http://${HOST}:${server.port}/mcp`, port: server.port, token, close };
}

interface AppOptions extends McpHttpOptions {
  readonly token: string;
  readonly own: () => number;
}

function createMcpApp(sessions: Sessions, { token, own, onFault }: AppOptions): Hono {
  const app = new Hono();
  app.use(guard({ token, port: own, open: (path) => path === '/health' }));
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.post('/mcp', async (context) =>
    sessions.handle(context.req.raw, await jsonOf(context, BODY_BYTES)),
  );
  app.on(['GET', 'DELETE'], '/mcp', (context) => sessions.handle(context.req.raw));
  app.notFound((context) =>
    tell(context, new Problem(404, 'no such path: the endpoint is /mcp', { code: 'not_found' })),
  );
  app.onError((error, context) => {
    const problem = asProblem(error);
    if (problem.fault !== undefined) onFault?.(problem);
    return tell(context, problem);
  });
  return app;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  lastAsked: number;
}

class Sessions {
  readonly #options: McpHttpOptions;
  readonly #open = new Map<string, Session>();
  /** Being begun. */
  #beginning = 0;

  constructor(options: McpHttpOptions) {
    this.#options = options;
  }

  /** @throws Problem where there is no such session, or no place for a new one */
  async handle(request: Request, parsedBody?: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const given = parsedBody === undefined ? {} : { parsedBody };
    if (id === null) return this.#begin(request, given);
    const session = this.#open.get(id);
    if (!session) {
      const message = 'no such session: it has ended, or never was; begin with initialize';
      throw new Problem(404, message, { code: 'not_found' });
    }
    session.lastAsked = Date.now();
    return session.transport.handleRequest(request, given);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ transport }) => transport.close()));
    this.#open.clear();
  }

  async #begin(request: Request, given: { parsedBody?: unknown }): Promise<Response> {
    if (!isInitializeRequest(given.parsedBody))
      badRequest('no session: begin with initialize, then send its Mcp-Session-Id');
    await this.#makeRoom();
    this.#beginning++;
    try {
      const transport = this.#transport();
      await mcpServer(this.#options).connect(transport);
      return await transport.handleRequest(request, given);
    } finally {
      this.#beginning--;
    }
  }

  #transport(): WebStandardStreamableHTTPServerTransport {
    const transport: WebStandardStreamableHTTPServerTransport =
      new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => randomBytes(24).toString('base64url'),
        onsessioninitialized: (id) => void this.#open.set(id, { transport, lastAsked: Date.now() }),
        onsessionclosed: (id) => void this.#open.delete(id),
      });
    return transport;
  }

  /** The session that has been silent for longest goes, where it has been for long. */
  async #makeRoom(): Promise<void> {
    const { sessions = SESSIONS } = this.#options;
    if (this.#open.size + this.#beginning < sessions) return;
    const [oldest] = [...this.#open].sort(([, a], [, b]) => a.lastAsked - b.lastAsked);
    if (oldest === undefined || Date.now() - oldest[1].lastAsked < IDLE_MS) {
      const fields = { code: 'rate_limit_exceeded', retryAfterSeconds: 60 };
      throw new Problem(429, `${sessions} sessions are open already: end one`, fields);
    }
    this.#open.delete(oldest[0]);
    await oldest[1].transport.close();
  }
}
