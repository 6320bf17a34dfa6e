/** @file A player that was stopped goes on: calls that it makes as before are answered from the game's own record, at no cost. */
import type { CallRecord, GameHandle, Json } from '../handle.ts';

/** Calls of a player in the order in which it makes them. */
export class Replay {
  readonly #handle: GameHandle;
  #known: readonly CallRecord[] | undefined;
  #next = 0;
  #replayed = 0;

  constructor(handle: GameHandle) {
    this.#handle = handle;
  }

  /** Calls that were answered from the record. */
  get replayed(): number {
    return this.#replayed;
  }

  async call(tool: string, input: Readonly<Record<string, Json>>): Promise<CallRecord> {
    this.#known ??= await this.#handle.calls();
    const known = this.#known[this.#next];
    if (known?.tool === tool && covers(known.input, input)) {
      this.#next++;
      this.#replayed++;
      return known;
    }
    // Another player, or another hand, called here: what follows is new.
    this.#next = Number.POSITIVE_INFINITY;
    return this.#handle.call(tool, input);
  }
}

/** Whether the input of a call is what was given, and defaults besides. */
function covers(recorded: Json, given: Readonly<Record<string, Json>>): boolean {
  if (typeof recorded !== 'object' || recorded === null || Array.isArray(recorded)) return false;
  return Object.entries(given).every(
    ([name, value]) => canonical(recorded[name]) === canonical(value),
  );
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, own]) => `${JSON.stringify(name)}:${canonical(own)}`).join(',')}}`;
}
