/** @file Games that the studio holds open: hosted in processes of their own, or joined. It is their player, and knows no more than one. */
import { randomUUID } from 'node:crypto';
import { TouchstoneError } from '../../../tensor/index.ts';
import { GameClient } from '../../game/client.ts';
import { badRequest, Problem } from '../../problem.ts';
import type { HostedGame, StudioOptions } from '../ports.ts';
import type { GameView, HostRequest, OpenGame } from './schema.ts';

/** Games that are open at once at the most: each hosted one is a process with two models. */
const MOST = 4;

interface Held {
  readonly told: OpenGame;
  readonly player: GameClient;
  readonly stop: () => Promise<void>;
}

export class Games {
  readonly #start: StudioOptions['startGame'];
  readonly #held = new Map<string, Held>();
  #starting = 0;

  constructor(start: StudioOptions['startGame']) {
    this.#start = start;
  }

  get open(): readonly OpenGame[] {
    return [...this.#held.values()].map(({ told }) => told);
  }

  /** Seals a model, or goes on with a game by its run. @throws Problem saying why it cannot be */
  async host(request: HostRequest | { readonly run: string }): Promise<OpenGame> {
    const held = 'run' in request && this.open.find(({ run }) => run === request.run);
    if (held) return held;
    this.#demandRoom();
    this.#starting++;
    try {
      return this.#hold(await this.#start(request));
    } finally {
      this.#starting--;
    }
  }

  /** @throws Problem where the URL is of another machine; TouchstoneError where no game answers there */
  async join(url: string, token: string): Promise<OpenGame> {
    demandLoopback(url);
    this.#demandRoom();
    const player = new GameClient({ url, token });
    await heard(player.rules());
    const told = { id: randomUUID(), url, token: null, run: null };
    this.#held.set(told.id, { told, player, stop: async () => {} });
    return told;
  }

  /** The player of a game. @throws Problem where none is open by that id */
  player(id: string): GameClient {
    return this.#named(id).player;
  }

  async view(id: string): Promise<GameView> {
    const { told, player } = this.#named(id);
    const rules = await heard(player.rules());
    const result = rules.over ? await player.result() : null;
    return { ...told, rules, calls: [...(await player.calls())], result };
  }

  /** What it has so far stays in its run. */
  async leave(id: string): Promise<void> {
    const { stop } = this.#named(id);
    this.#held.delete(id);
    await stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.leave(id)));
  }

  #hold({ url, token, run, onEnd, stop }: HostedGame): OpenGame {
    const told = { id: randomUUID(), url, token, run };
    this.#held.set(told.id, { told, player: new GameClient({ url, token }), stop });
    onEnd(() => this.#held.delete(told.id));
    return told;
  }

  #named(id: string): Held {
    const held = this.#held.get(id);
    if (held) return held;
    throw new Problem(404, 'no such game is open: list the games anew', { code: 'not_found' });
  }

  #demandRoom(): void {
    if (this.#held.size + this.#starting < MOST) return;
    throw new Problem(409, `${MOST} games are open: leave one first`, { code: 'busy' });
  }
}

/** What a game answers. @throws Problem in its own words where it does not: that is no fault of this server */
export async function heard<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof TouchstoneError) || error.kind !== 'failed') throw error;
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    throw new Problem(502, `${error.message}${hint}`, { code: 'game_unreachable' });
  }
}

/** No request of the studio's leaves this machine. */
function demandLoopback(url: string): void {
  const { hostname = '' } = URL.canParse(url) ? new URL(url) : {};
  if (['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return;
  badRequest('the URL is not of this machine: games are hosted on 127.0.0.1', 'url');
}
