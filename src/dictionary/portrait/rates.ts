/** @file Rates over places of a corpus, with intervals over its documents. */
import {
  type ClusteredEstimate,
  type Interval,
  streamedProportion,
} from '../../statistics/index.ts';
import type { RandomStream } from '../../tensor/index.ts';
import type { Corpus } from './corpus.ts';

/** A rate as reports print it. */
export interface Rate {
  readonly n: number;
  readonly successes: number;
  readonly rate: number;
  readonly interval: Interval;
}

/** The rate of successes among places; the documents are the clusters. */
export function rateOver(
  { documents }: Corpus,
  places: Iterable<number>,
  success: (place: number) => boolean,
): Rate {
  const byDocument = new Map<number, { c: number; n: number }>();
  for (const place of places) {
    const document = documents[place]!;
    const own = byDocument.get(document) ?? { c: 0, n: 0 };
    own.n++;
    if (success(place)) own.c++;
    byDocument.set(document, own);
  }
  return rateOf([...byDocument.values()]);
}

function rateOf(counts: readonly { readonly c: number; readonly n: number }[]): Rate {
  const sum = (value: (one: { c: number; n: number }) => number) =>
    counts.reduce((total, one) => total + value(one), 0);
  const [successes, n] = [sum(({ c }) => c), sum((one) => one.n)];
  const estimate = streamedProportion({
    successes,
    n,
    clusters: counts.length,
    squares: sum(({ c }) => c * c),
    products: sum((one) => one.c * one.n),
    sizes: sum((one) => one.n * one.n),
  });
  return asRate(estimate, successes, n);
}

/** An estimate with its counts. */
export function asRate(
  { estimate, interval }: ClusteredEstimate,
  successes: number,
  n: number,
): Rate {
  return { n, successes, rate: estimate, interval };
}

/** Documents in two halves at random: what is chosen on one is measured on the other. */
export class Halves {
  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** Whether a document is one of those that rules and explanations are made from. */
  isShown(document: number): boolean {
    return this.#stream.uniform(document) < 0.5;
  }
}
