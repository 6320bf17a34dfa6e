/** @file A blind game behind HTTP on loopback. */
import { randomBytes } from 'node:crypto';
import type { BlindGame, GameResult } from '../../audit/blind/index.ts';
import { HOST, listen } from '../listen.ts';
import type { Problem } from '../problem.ts';
import type { RunningServer } from '../server.ts';
import { createGameApp } from './app.ts';

export interface GameServerOptions {
  readonly game: BlindGame;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default: a random one. */
  readonly token?: string;
  readonly version: string;
  readonly onFault?: (problem: Problem) => void;
  /** Told when guesses are in, before the player is. */
  readonly onResult?: (result: GameResult) => void | Promise<void>;
}

const LIMITS = { bodyBytes: 2 ** 20, queue: 8 };

/** Listens. The model works in this process: one call after the other. @throws TouchstoneError where the port is taken */
export async function startGame(options: GameServerOptions): Promise<RunningServer> {
  const { game, port = 0, token = randomBytes(24).toString('base64url'), version } = options;
  const { onFault = () => {}, onResult = () => {} } = options;
  const server = await listen(
    (own) => createGameApp({ game, token, port: own, version, ...LIMITS, onFault, onResult }),
    { port, connections: 32 },
  );
  const url = `http://${HOST}:${server.port}`;
  return { url, port: server.port, token, close: async () => server.close() };
}
