/**
 * @file Which kind of text stands at which index. Indices come in rounds of 100; each round holds every kind
 * exactly as often as its weight says, in an order of its own. So the n-th text of a kind is known without
 * writing the texts before it, and candidates can be dealt evenly within each kind.
 */
import type { RandomStream } from '../tensor/random.ts';
import { CANDIDATES, type Candidate } from './words.ts';

/** The texts in a round; weights add up to it. */
export const ROUND = 100;

/** A place in a schedule: the kind's name, and how many texts of this kind stand before it in the corpus. */
export interface Place<Name extends string> {
  readonly kind: Name;
  readonly ordinal: number;
}

/** A permutation that is drawn once per (stream, block) and kept for a while. */
class Permutations {
  readonly #known = new Map<number, Uint32Array>();
  readonly #stream: RandomStream;
  readonly #size: number;

  constructor(stream: RandomStream, size: number) {
    this.#stream = stream;
    this.#size = size;
  }

  /** Where position `at` of block `block` goes. */
  get(block: number, at: number): number {
    let order = this.#known.get(block);
    if (!order) {
      if (this.#known.size >= 64) this.#known.clear();
      const identity = Array.from({ length: this.#size }, (_, i) => i);
      order = Uint32Array.from(this.#stream.at(block).reader().shuffle(identity));
      this.#known.set(block, order);
    }
    return order[at]!;
  }
}

/** Kinds dealt by weight. */
export class Schedule<Name extends string> {
  readonly #slots: { kind: Name; rank: number; weight: number }[] = [];
  readonly #orders: Permutations;

  /** @param weights texts of each kind per round of 100; they must add up to 100 */
  constructor(stream: RandomStream, weights: Readonly<Record<Name, number>>) {
    for (const kind of Object.keys(weights) as Name[]) {
      const weight = weights[kind];
      for (let rank = 0; rank < weight; rank++) this.#slots.push({ kind, rank, weight });
    }
    if (this.#slots.length !== ROUND) {
      throw new Error(
        `internal: weights of a schedule add up to ${this.#slots.length}, not ${ROUND}`,
      );
    }
    this.#orders = new Permutations(stream, ROUND);
  }

  /** Kind and ordinal of the text at an index. */
  at(index: number): Place<Name> {
    const round = Math.floor(index / ROUND);
    const slot = this.#slots[this.#orders.get(round, index % ROUND)]!;
    return { kind: slot.kind, ordinal: round * slot.weight + slot.rank };
  }
}

/** Deals the candidates: every 200 draws hold each exactly once. */
export class Deck {
  readonly #orders: Permutations;

  constructor(stream: RandomStream) {
    this.#orders = new Permutations(stream, CANDIDATES.length);
  }

  /** The candidate of the n-th draw. */
  at(ordinal: number): Candidate {
    const block = Math.floor(ordinal / CANDIDATES.length);
    return CANDIDATES[this.#orders.get(block, ordinal % CANDIDATES.length)]!;
  }
}

/** Decks by name under one stream, made when first asked for. */
export class Decks {
  readonly #decks = new Map<string, Deck>();
  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** The deck of a name. */
  get(name: string): Deck {
    const known = this.#decks.get(name);
    if (known) return known;
    const fresh = new Deck(this.#stream.at(name));
    this.#decks.set(name, fresh);
    return fresh;
  }
}
