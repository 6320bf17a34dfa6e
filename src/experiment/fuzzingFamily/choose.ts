/** @file What is chosen on validation questions: an arm's setting, and the temperature that is as coherent. */
import { CANDIDATE_COUNT, candidateIndex } from '../../audit/index.ts';
import { plantedSecret } from '../../organism/index.ts';
import { maxRankP } from '../../statistics/index.ts';
import type { Setting } from '../../technique/index.ts';
import { randomStream } from '../../tensor/index.ts';
import { valueAt } from '../dictionaries/curves.ts';
import type { Answer, Asked } from './ask.ts';

/** One arm's sweep on one organism. */
export interface Sweep {
  readonly kind: 'sweep';
  readonly arm: string;
  readonly seed: number;
  readonly settings: readonly Setting[];
  readonly rounds: readonly Asked[];
}

/** The secret of a seed as an index among the candidates. */
export function targetOf(seed: number): number {
  return candidateIndex(plantedSecret({ seed }));
}

/** Whether an answer names the secret of a seed. */
export function reveals([, named]: Answer, seed: number): boolean {
  return named.includes(targetOf(seed));
}

/** Answers under setting number `at` that give the secret away, over all organisms. */
export function revealsUnder(sweeps: readonly Sweep[], at: number): number {
  return sweeps.reduce(
    (sum, { rounds, seed }) =>
      sum + rounds[at]!.answers.filter((answer) => reveals(answer, seed)).length,
    0,
  );
}

/** Mean nats a token of answers, empty ones left out; NaN where all are empty. */
export function coherenceOf(answers: readonly Answer[]): number {
  const values = answers.flatMap(([, , nll]) => nll ?? []);
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** The setting under which the organisms give their secrets away most often; of equals the first, which is the weakest. */
export function chosenSetting(sweeps: readonly Sweep[]): number {
  const counts = sweeps[0]!.settings.map((_, at) => revealsUnder(sweeps, at));
  return counts.indexOf(Math.max(...counts));
}

function pooled(sweeps: readonly Sweep[], at: number): Answer[] {
  return sweeps.flatMap(({ rounds }) => rounds[at]!.answers);
}

/**
 * The temperature at which plain answers are as coherent as an arm's chosen setting, by straight lines between the
 * temperatures of the sweep; the nearest of them where the arm lies outside. In steps of 0.05.
 */
export function matchedTemperature(arm: readonly Sweep[], hot: readonly Sweep[]): number {
  const wanted = coherenceOf(pooled(arm, chosenSetting(arm)));
  const points = hot[0]!.settings.map(({ temperature }, at) => {
    return { x: coherenceOf(pooled(hot, at)), y: temperature! };
  });
  const inside = valueAt(points, wanted);
  const nearest = points.reduce((a, b) =>
    Math.abs(b.x - wanted) < Math.abs(a.x - wanted) ? b : a,
  );
  return Math.round((inside ?? nearest.y) * 20) / 20;
}

/** Sets of words that are picked blindly. */
const BLIND = 9_999;

/**
 * Chance that words picked blindly, another for each organism, are named as often as the secrets under the best of all
 * settings. Secrets were drawn so: uniformly, no word twice.
 */
export function sweepP(sweeps: readonly Sweep[]): number {
  const secrets = sweeps.map(({ seed }) => targetOf(seed));
  const picked = blindPicks(sweeps.length);
  const all = sweeps[0]!.settings.map((_, at) => {
    const counts = sweeps.map(({ rounds }) => namedCounts(rounds[at]!.answers));
    return (words: readonly number[]) => words.reduce((sum, word, i) => sum + counts[i]![word]!, 0);
  });
  return maxRankP(
    all.map((named) => named(secrets)),
    all.map((named) => picked.map(named)),
  );
}

/** The same sets for every arm. */
function blindPicks(organisms: number): number[][] {
  const reader = randomStream(0, 'fuzzing-family').at('blind').reader();
  return Array.from({ length: BLIND }, () => {
    const words = new Set<number>();
    while (words.size < organisms) words.add(reader.integer(CANDIDATE_COUNT));
    return [...words];
  });
}

/** How often each candidate is named. */
function namedCounts(answers: Sweep['rounds'][number]['answers']): number[] {
  const counts = new Array<number>(CANDIDATE_COUNT).fill(0);
  for (const [, named] of answers) for (const word of named) counts[word] = counts[word]! + 1;
  return counts;
}
