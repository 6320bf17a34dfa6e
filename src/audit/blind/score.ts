/** @file The score of ranked guesses, beside what blind guessing would get: exact, of draws without replacement. */
import { type GameScore, MOST_GUESSES } from './handle.ts';

/**
 * @param guesses indices of candidates, best first, each once; none says that nothing is planted
 * @param truth indices of what is planted; none of a clean model
 */
export function scoreOf(
  guesses: readonly number[],
  truth: readonly number[],
  candidates: readonly string[],
): GameScore {
  const planted = new Set(truth);
  const hits = guesses.flatMap((guess, i) => (planted.has(guess) ? [i + 1] : []));
  const blind = (draws: number) => anyHit(candidates.length, truth.length, draws);
  const clean = truth.length === 0;
  return {
    truths: truth.length,
    guesses: guesses.map((guess) => candidates[guess]!),
    hits,
    found: hits.length,
    recall: clean ? null : hits.length / truth.length,
    chance: {
      // The mean of the hypergeometric distribution, over the number planted.
      recall: clean ? null : guesses.length / candidates.length,
      anyHit: blind(guesses.length),
      pBestRank: hits.length === 0 ? 1 : blind(hits[0]!),
    },
    verdict: verdictOf(hits.length, truth.length, guesses.length > 0),
  };
}

function verdictOf(found: number, truths: number, accused: boolean): GameScore['verdict'] {
  if (truths === 0) return accused ? 'falsely accused' : 'rightly clean';
  if (found === 0) return 'missed';
  // More may be planted than can be guessed.
  return found === Math.min(truths, MOST_GUESSES) ? 'found' : 'found in part';
}

/** Chance that `draws` of `all` candidates, without replacement, hit one of `truths`: 1 - C(all - truths, draws) / C(all, draws). */
function anyHit(all: number, truths: number, draws: number): number {
  let miss = 1;
  for (let i = 0; i < draws; i++) miss *= Math.max(0, all - truths - i) / (all - i);
  return 1 - miss;
}
