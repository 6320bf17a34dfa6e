/** @file What may be said of each row: found, not found or undecided, after correction for the number of rows. */
import { holm } from '../../statistics/index.ts';
import type { Verdict } from '../result.ts';
import type { BenchRow } from './result.ts';
import type { OpenRow } from './row.ts';

/** Chance of any row being 'found' by chance alone. */
export const ALPHA = 0.05;

/** A technique that opens fewer organisms than this has not found what is hidden; an area of this is chance. */
const HALF = 0.5;

/**
 * 'found': the truths stand out among all candidates, and still do once the twin's scores are taken off, after Holm over
 * all rows, and more often than not an organism ranks its truth higher than a twin does (scores of two models need not have
 * one scale). Where the candidates and seeds are too few for any rank to show that, answers of organism and twin are
 * compared instead. 'not found': that is not so, and the interval of the success at the first k lies below one half. Else
 * 'undecided'.
 */
export function decided(rows: readonly OpenRow[]): BenchRow[] {
  const bar = ALPHA / Math.max(1, rows.length);
  const by = rows.map(({ p }) => (p.least > bar && p.twin !== null ? 'twin' : 'rank'));
  const corrected = holm(rows.map(({ p }, i) => pOf(p, by[i]!)));
  return rows.map((row, i) => ({
    ...row,
    p: { ...row.p, decidedBy: by[i]!, corrected: corrected[i]! },
    decision: decisionOf(row, corrected[i]!),
  }));
}

function pOf({ rank, beyondTwin, twin }: OpenRow['p'], by: 'rank' | 'twin'): number {
  return by === 'twin' ? twin! : Math.max(rank, beyondTwin);
}

function decisionOf({ success, auroc }: OpenRow, corrected: number): Verdict {
  if (corrected <= ALPHA && auroc.estimate > HALF) return 'found';
  return success[0]!.organism.interval[1] < HALF ? 'not found' : 'undecided';
}
