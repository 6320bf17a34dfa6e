/** @file A real server on a free port with a shipped organism, its model in this process, and what goes over the line. */
import { request } from 'node:http';
import OpenAI from 'openai';
import type { LanguageModel } from '../../src/model/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { parseReference, Shelf } from '../../src/organism/index.ts';
import {
  type Command,
  hostModel,
  loopback,
  type Report,
  type RunningServer,
  type ServerLine,
  type ServerOptions,
  startServer,
} from '../../src/server/index.ts';

const runtime = nodeRuntime({ threads: 1 });

/** The first keeper. */
export function keeper(): Promise<LanguageModel> {
  return new Shelf('organisms', runtime).open(parseReference('organism:keeper'));
}

export interface Serving extends RunningServer {
  /** The official client, which does not ask again. */
  readonly client: OpenAI;
  /** Faults that the one who runs the server was told. */
  readonly faults: string[];
  /** All that went over the line. */
  readonly sent: (Command | Report)[];
  /** Lines to the model, each started when the one before had ended. */
  readonly lines: ServerLine[];
}

/** Serves a model as `suspect`. */
export async function serving(
  model: LanguageModel,
  options: Partial<ServerOptions> = {},
): Promise<Serving> {
  const sent: (Command | Report)[] = [];
  const faults: string[] = [];
  const lines: ServerLine[] = [];
  const start = () => {
    const { server, host } = loopback();
    const post = (report: Report) => {
      sent.push(report);
      host.post(report);
    };
    setImmediate(() => hostModel({ ...host, post }, model));
    const order = (command: Command) => {
      sent.push(command);
      server.post(command);
    };
    const line = { ...server, post: order };
    lines.push(line);
    return line;
  };
  const running = await startServer({
    models: [{ name: 'suspect', start }],
    versions: { program: '0', runtime: '0' },
    onFault: ({ message, fault }) => void faults.push(`${message} ${fault}`),
    ...options,
  });
  const { url: baseURL, token: apiKey } = running;
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  return { ...running, client, faults, sent, lines };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with whatever headers, the token among them unless they say otherwise. */
export function ask(
  { port, token }: RunningServer,
  path: string,
  {
    headers = {},
    body,
    method,
  }: { headers?: Record<string, string>; body?: unknown; method?: string } = {},
): Promise<Answer> {
  const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    const how = { host: '127.0.0.1', port, path, headers: all, agent: false };
    const asked = request(
      { ...how, method: method ?? (sent === undefined ? 'GET' : 'POST') },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(sent);
  });
}
