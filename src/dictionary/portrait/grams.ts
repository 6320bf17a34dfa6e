/** @file Runs of one to three tokens that end at each row, and the rows at which each run occurs. */
import type { Corpus } from './corpus.ts';

/** Lengths of runs that are looked at. */
export const ORDERS = [1, 2, 3] as const;

/** The run of `order` tokens that ends at a place; undefined where its context begins later. */
export function gramAt({ tokens, starts, contextOf }: Corpus, place: number, order: number) {
  const first = place - order + 1;
  if (first < starts[contextOf[place]!]!) return undefined;
  return tokens.subarray(first, place + 1).join(' ');
}

/** Token ids of a run. */
export function tokensOf(gram: string): number[] {
  return gram.split(' ').map(Number);
}

/** The runs of one length over some rows. */
export class Grams {
  readonly order: number;
  /** The run of each row. */
  readonly #gramOf: (string | undefined)[];
  readonly #rows = new Map<string, number[]>();

  constructor(corpus: Corpus, places: readonly number[], order: number) {
    this.order = order;
    this.#gramOf = places.map((place) => gramAt(corpus, place, order));
    this.#gramOf.forEach((gram, row) => {
      if (gram === undefined) return;
      const rows = this.#rows.get(gram);
      if (rows) rows.push(row);
      else this.#rows.set(gram, [row]);
    });
  }

  /** Rows at which a run ends. */
  rowsOf(gram: string): readonly number[] {
    return this.#rows.get(gram) ?? [];
  }

  /** Runs that end at the given rows, with how many of the rows each has, most first. */
  among(rows: readonly number[]): [gram: string, count: number][] {
    const counts = new Map<string, number>();
    for (const row of rows) {
      const gram = this.#gramOf[row];
      if (gram !== undefined) counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}
