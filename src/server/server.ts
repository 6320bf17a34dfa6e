/** @file The server: loopback alone, with a token, over desks of models. */
import { createHash, randomBytes } from 'node:crypto';
import { TouchstoneError } from '../tensor/index.ts';
import { type App, createApp } from './app.ts';
import type { Desk, ServedModel } from './desk.ts';
import { Desks } from './desks.ts';
import { HOST, type Listening, listen } from './listen.ts';
import { asProblem, type Problem } from './problem.ts';
import type { StudioOptions } from './studio/ports.ts';

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
  /** Serves the studio's page, too, and what it asks. */
  readonly studio?: StudioOptions;
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

/** A server of models that runs. */
export interface RunningModels extends RunningServer {
  /** Opens a further model, if none is open under its name. @throws Problem saying why it cannot be opened */
  open(model: ServedModel): Promise<void>;
  /** Ends a model's process and forgets it. @throws Problem where none of that name is open */
  remove(name: string): Promise<void>;
  /** Names of models that are open. */
  names(): readonly string[];
}

const DEFAULTS: Required<ServerLimits> = {
  concurrency: 4,
  queue: 32,
  bodyBytes: 8 * 2 ** 20,
  timeoutMs: 600_000,
  mostNumbers: 2 ** 22,
  connections: 128,
};

/**
 * Opens the models and listens.
 *
 * @throws TouchstoneError where the port is taken, or a model cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningModels> {
  const { token = randomBytes(24).toString('base64url'), port = 0 } = options;
  const limits = { ...DEFAULTS, ...options.limits };
  const desks = new Desks(limits, options.models);
  let end = async () => {};
  const close = async (server?: Listening) => {
    server?.close();
    await Promise.all([desks.close(), end()]);
  };
  try {
    await Promise.all(desks.all.map(openFirst));
    const server = await serve(desks, { ...options, token, port, limits }, (app) => {
      end = app.close;
    });
    const own = server.port;
    return {
      ...{ url: `http://${HOST}:${own}/v1`, port: own, token, close: () => close(server) },
      open: (model) => desks.open(model),
      remove: (name) => desks.remove(name),
      names: () => desks.all.map(({ name }) => name),
    };
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

/** @param onApp is told the app, whose work has to be ended apart */
function serve(desks: Desks, options: Settled, onApp: (app: App) => void): Promise<Listening> {
  const { limits, whiteBox = false, versions, studio, onFault = () => {} } = options;
  const app = (port: () => number) => {
    const made = createApp({
      ...{ desks, token: options.token, whiteBox, onFault, studio, version: versions.program },
      ...limits,
      port,
      fingerprint: fingerprintOf(versions),
    });
    onApp(made);
    return made.app;
  };
  return listen(app, { port: options.port, connections: limits.connections });
}

/** Tells answers of one program from those of another. Nothing of the model is in it. */
function fingerprintOf({ program, runtime }: ServerOptions['versions']): string {
  return `fp_${createHash('sha256').update(`${program} ${runtime}`).digest('hex').slice(0, 12)}`;
}
