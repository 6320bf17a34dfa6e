/** @file Text that grows by tokens, of which nothing is given out that a stop text could still take back. */
import { badUsage } from '../tensor/index.ts';
import type { TokenStream } from './tokenizer.ts';

/** A token with its place in the text. */
export interface SettledToken {
  readonly token: number;
  /** Its number among the tokens. */
  readonly place: number;
  /** Where its text begins, in UTF-16 code units. */
  readonly start: number;
}

/** @throws TouchstoneError where a stop text is empty */
export function checkStops(stops: readonly string[]): void {
  if (stops.includes('')) badUsage('an empty stop text', 'a stop text has at least one character');
}

/** Collects tokens; a token is settled when all its text is. */
export class SettledText {
  readonly #stream: TokenStream;
  readonly #stops: readonly string[];
  /** Text that came and was not taken. */
  #open = '';
  /** Length of what was taken. */
  #taken = 0;
  #waiting: (SettledToken & { readonly end: number })[] = [];
  #count = 0;
  #over = false;
  /** Whether a stop text has come: the text ends before it. */
  stopped = false;

  constructor(stream: TokenStream, stops: readonly string[]) {
    this.#stream = stream;
    this.#stops = stops;
  }

  push(token: number): void {
    if (this.stopped) return;
    const start = this.#taken + this.#open.length;
    const text = this.#stream.push(token);
    this.#waiting.push({ token, place: this.#count++, start, end: start + text.length });
    this.#add(text);
  }

  /** No token follows. */
  end(): void {
    if (this.#over || this.stopped) return;
    this.#over = true;
    this.#add(this.#stream.end());
  }

  /** What has been settled since the last call. */
  take(): { readonly text: string; readonly tokens: readonly SettledToken[] } {
    const final = this.stopped || this.#over;
    const text = this.#open.slice(0, final ? undefined : this.#open.length - this.#heldBack());
    this.#open = this.#open.slice(text.length);
    this.#taken += text.length;
    const settled = this.#waiting.filter((token) => final || this.#isSettled(token));
    this.#waiting = this.#waiting.slice(settled.length);
    return { text, tokens: settled };
  }

  /** A token with the first bytes of a character has no text yet: it waits for what follows. */
  #isSettled({ start, end }: { readonly start: number; readonly end: number }): boolean {
    return end < this.#taken || (end === this.#taken && start < end);
  }

  #add(text: string): void {
    this.#open += text;
    const at = firstStop(this.#open, this.#stops);
    if (at === undefined) return;
    this.stopped = true;
    this.#open = this.#open.slice(0, at);
    const end = this.#taken + this.#open.length;
    this.#waiting = this.#waiting.filter(({ start }) => start < end);
  }

  /** Length of the longest end of the text that is the beginning of a stop text. */
  #heldBack(): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, this.#open.length); length > 0; length--) {
      const tail = this.#open.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}

/** Where the stop text begins that is complete first; of several, the longest. */
function firstStop(text: string, stops: readonly string[]): number | undefined {
  const found = stops.flatMap((stop) => {
    const at = text.indexOf(stop);
    return at < 0 ? [] : [{ at, end: at + stop.length }];
  });
  return found.sort((a, b) => a.end - b.end || a.at - b.at)[0]?.at;
}
