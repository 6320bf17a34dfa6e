/** @file One playground: its setup with past, the answers of both sides, and what is read of them. */
import { ask, wordsFor } from '../api/client.ts';
import { type Answer, compare, generate, hooksOf, type Looked } from '../api/generate.ts';
import type { Comparison, Edit, Hooks } from '../api/types.ts';
import { History } from './history.svelte.ts';
import { pack } from './packed.ts';
import { hrefOf, route } from './route.svelte.ts';
import { actingEdits, type Setup } from './setup.ts';

export type SideName = 'edited' | 'plain';

/** One model's answer, edited or not. */
export class Side {
  text = $state('');
  answer = $state.raw<Answer>();
  comparison = $state.raw<Comparison>();
  busy = $state(false);
  problem = $state('');
  /** What the answer is to: another setup needs another answer. */
  asked = '';
  #work: AbortController | undefined;

  /** Has the model answer, and compares what it predicts with what it would without the edits. */
  async run(setup: Setup, edits: readonly Edit[], compared: readonly Edit[]): Promise<void> {
    this.#work?.abort();
    const work = new AbortController();
    this.#work = work;
    this.busy = true;
    this.problem = '';
    try {
      this.answer = await generate(
        setup,
        edits,
        (text) => {
          this.text = text;
        },
        work.signal,
      );
      this.text = this.answer.text;
      this.comparison = undefined;
      const looked = this.looked(setup.model, compared);
      if (looked) this.comparison = await compare(looked, work.signal);
    } catch (error) {
      if (work.signal.aborted) return;
      this.asked = '';
      this.problem = wordsFor(error);
    }
    if (this.#work === work) this.busy = false;
  }

  stop(): void {
    this.#work?.abort();
    this.busy = false;
    this.asked = '';
  }

  /** The text so far, to be looked into. */
  looked(model: string, edits: readonly Edit[]): Looked | undefined {
    if (!this.answer || this.answer.prompt.length + this.answer.ids.length < 2) return undefined;
    const { prompt, ids } = this.answer;
    return { model, tokens: [...prompt, ...ids], prompt_length: prompt.length, edits };
  }
}

/** How long a slider has to stand still for the model to answer. */
const SETTLE_MS = 120;

export class Session {
  readonly past: History<Setup>;
  readonly edited = new Side();
  readonly plain = new Side();
  hooks = $state.raw<Hooks>();
  problem = $state('');
  opening = $state(false);
  /** Position that all views show. */
  selected = $state(0);
  #gesture: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What a link promises, and the setup that it promises it of. */
  readonly #promised: { readonly tokens: readonly number[]; readonly key: string } | undefined;

  constructor({ tokens, ...setup }: Setup) {
    this.past = new History(setup);
    this.#promised = tokens && { tokens, key: keyOf(setup) };
    void this.#begin();
  }

  get setup(): Setup {
    return this.past.now;
  }

  /** Edits that act. */
  get edits(): readonly Edit[] {
    return actingEdits(this.setup);
  }

  get busy(): boolean {
    return this.edited.busy || this.plain.busy;
  }

  /**
   * Settles a change; where the model has answered already, it answers anew.
   *
   * @param gesture names what moves while it lasts: all of it is one step to take back
   */
  change(fields: Partial<Setup>, gesture?: string): void {
    const { model } = this.setup;
    const next = { ...this.setup, ...fields };
    if (gesture !== undefined && gesture === this.#gesture) this.past.replace(next);
    else this.past.push(next);
    this.#gesture = gesture;
    clearTimeout(this.#timer);
    if (gesture !== undefined) this.#timer = setTimeout(() => this.#settle(), SETTLE_MS);
    else if (this.setup.model === model) this.#settle();
    else void this.#begin();
  }

  /** The gesture is over: the next one is a step of its own. */
  letGo(): void {
    this.#gesture = undefined;
  }

  undo(): void {
    this.letGo();
    this.past.undo();
    this.#settle();
  }

  redo(): void {
    this.letGo();
    this.past.redo();
    this.#settle();
  }

  /** Both sides answer, each unless it has answered this very setup. */
  run(): void {
    if (!this.setup.ran) this.past.push({ ...this.setup, ran: true });
    this.#settle();
  }

  stop(): void {
    this.edited.stop();
    this.plain.stop();
  }

  side(name: SideName): Side {
    return name === 'plain' ? this.plain : this.edited;
  }

  #settle(): void {
    const { setup, edits } = this;
    route.rewrite('playground', { s: pack(setup) });
    if (!setup.ran || !this.hooks) return;
    this.#ask(this.edited, edits, edits);
    if (edits.length > 0) this.#ask(this.plain, [], edits);
  }

  #ask(side: Side, edits: readonly Edit[], compared: readonly Edit[]): void {
    const { cards: _, view: __, ran: ___, ...rest } = this.setup;
    const key = JSON.stringify({ ...rest, edits, compared: side === this.edited ? 0 : compared });
    if (side.asked === key) return;
    side.asked = key;
    void side.run(this.setup, edits, compared);
  }

  /** Opens the model that the setup names, if it is not. */
  async #begin(): Promise<void> {
    const { model } = this.setup;
    this.hooks = undefined;
    if (model === '') return;
    this.problem = '';
    this.opening = true;
    try {
      await ask('/v1/touchstone/models', { body: { model } });
      this.hooks = await hooksOf(model);
      this.#settle();
    } catch (error) {
      this.problem = wordsFor(error);
    }
    this.opening = false;
  }

  /** A link that leads here, to be handed on; with the answer's tokens, where there is one. */
  get link(): string {
    const { answer, busy } = this.edited;
    const known = answer && !busy ? { tokens: answer.ids } : {};
    return new URL(hrefOf('playground', { s: pack({ ...this.setup, ...known }) }), location.href)
      .href;
  }

  /** Whether the link's answer came again, by token ids; undefined where a link promised none, or all has changed. */
  get replay(): { readonly same: number; readonly of: number; readonly got: number } | undefined {
    const { answer, busy } = this.edited;
    if (!this.#promised || !answer || busy || keyOf(this.setup) !== this.#promised.key)
      return undefined;
    const { tokens } = this.#promised;
    const differs = tokens.findIndex((id, i) => answer.ids[i] !== id);
    const same = differs < 0 ? tokens.length : differs;
    return { same, of: tokens.length, got: answer.ids.length };
  }
}

/** All that an answer depends on. */
function keyOf({ view: _, ran: __, ...rest }: Setup): string {
  return JSON.stringify(rest);
}

/** Means over the tokens of an answer, in nats. */
export function figures({
  answer,
  comparison,
}: Side): { kl: number; nll: number; n: number } | undefined {
  if (!answer || !comparison || answer.ids.length === 0) return undefined;
  const from = Math.max(0, answer.prompt.length - 1);
  const kl = comparison.divergence.slice(from);
  const plain = comparison.plain.slice(from);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { kl: mean(kl), nll: -mean(plain), n: plain.length };
}
