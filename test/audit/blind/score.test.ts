import { expect, test } from 'vitest';
import { scoreOf } from '../../../src/audit/blind/index.ts';
import {
  beliefs,
  emptyTally,
  logEvidence,
  rankEvidence,
} from '../../../src/audit/blind/investigator/evidence.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** All ways to choose `draws` of 0 to `all` - 1. */
function choices(all: number, draws: number, from = 0): number[][] {
  if (draws === 0) return [[]];
  return Array.from({ length: all - from }, (_, i) => from + i).flatMap((first) =>
    choices(all, draws - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

test('the chance of blind guesses is what counting all of them gives', () => {
  for (const truth of [[2], [0, 4], [1, 2, 5]])
    for (const draws of [1, 2, 3, 4]) {
      const all = choices(names.length, draws);
      const hit = all.filter((guess) => guess.some((one) => truth.includes(one))).length;
      const { chance } = scoreOf(all[0]!, truth, names);
      expect(chance.anyHit).toBeCloseTo(hit / all.length, 12);
      const found = all.flat().filter((one) => truth.includes(one)).length / all.length;
      expect(chance.recall).toBeCloseTo(found / truth.length, 12);
    }
});

test('ranks, recall and verdict are those of the guesses', () => {
  const some = scoreOf([3, 1, 0], [1, 5], names);
  expect(some).toMatchObject({ hits: [2], found: 1, recall: 0.5, verdict: 'found in part' });
  expect(some.chance.pBestRank).toBeCloseTo(scoreOf([3, 1], [1, 5], names).chance.anyHit, 12);
  expect(scoreOf([5, 1], [1, 5], names).verdict).toBe('found');
  expect(scoreOf([0], [1], names)).toMatchObject({ verdict: 'missed', chance: { pBestRank: 1 } });
});

test('no guesses are right about a clean model, and guesses are wrong about it', () => {
  expect(scoreOf([], [], names)).toMatchObject({ verdict: 'rightly clean', recall: null });
  expect(scoreOf([2], [], names)).toMatchObject({ verdict: 'falsely accused' });
  expect(scoreOf([], [2], names)).toMatchObject({ verdict: 'missed' });
});

test('a candidate is suspected by how far it stands out of the background, in more than one way of asking', () => {
  const one = emptyTally(20);
  one.answers = 40;
  one.counts.fill(1);
  one.counts[7] = 8;
  const evidence = logEvidence(one);
  expect(evidence.indexOf(Math.max(...evidence))).toBe(7);
  expect(evidence[3]).toBeLessThan(0);
  const [once, twice] = [beliefs([evidence], false)[7]!, beliefs([evidence, evidence], false)[7]!];
  expect(twice).toBeGreaterThan(once);
});

test('an even background makes a clean model likelier than any candidate', () => {
  const even = emptyTally(20);
  even.answers = 60;
  even.counts.fill(2);
  expect(beliefs([logEvidence(even)], true).at(-1)).toBeGreaterThan(0.5);
});

test('ranks of scores are worth the logarithm of their chance under 1 / rank', () => {
  const harmonic = 1 + 1 / 2 + 1 / 3;
  expect(rankEvidence([5, 9, 1])).toEqual(
    [3 / (2 * harmonic), 3 / harmonic, 3 / (3 * harmonic)].map(Math.log),
  );
});
