/** @file The table of fuzzing-family on secrets that are mined: where they come among all candidates. */
import { clopperPearson } from '../../statistics/index.ts';
import type { Cell, Estimated, Table } from '../statement.ts';
import { armsOf, type FuzzSettings } from './arms.ts';
import { minedRank, testsOf } from './measures.ts';
import type { FuzzValue } from './pieces.ts';

function share(hits: number, n: number): Estimated {
  const [low, high] = clopperPearson(hits, n);
  return { estimate: hits / n, interval: [low, high], n };
}

function precision(ranks: readonly number[], k: number): Estimated {
  const { estimate, interval, n } = share(ranks.filter((rank) => rank <= k).length, ranks.length);
  return { estimate: estimate / k, interval: [interval[0] / k, interval[1] / k], n };
}

/** Ranks of the secrets, and precision at k. */
export function miningTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const rows = armsOf(settings).flatMap(({ name }) =>
    (['organism', 'twin'] as const).map((model): Cell[] => {
      const [baseline] = testsOf(values, name, 'base');
      const ranks = testsOf(values, name, model).map((test) => minedRank(test, baseline!));
      const sorted = ranks.toSorted((a, b) => a - b);
      const at = (k: number) => precision(ranks, k);
      const middle = sorted[Math.floor(sorted.length / 2)]!;
      return [name, model, at(1), at(5), at(10), middle, ranks.join(' ')];
    }),
  );
  return {
    name: 'mining candidates',
    caption: `candidates ordered by log((named + 1/2) / (named by the base model under the same setting + 1/2)) over ${settings.test.organism} answers of organisms, ${settings.test.twin} of twins and ${settings.test.base} of the base model; there is one secret, so that precision at k is at most 1 / k; Clopper and Pearson's intervals over organisms`,
    columns: [
      ['arm', 'model', 'precision at 1', 'precision at 5', 'precision at 10'],
      ['median rank', 'ranks'],
    ].flat(),
    rows,
  };
}
