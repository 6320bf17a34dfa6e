/** @file What an auditor asks of a pair: decisions that somebody watches, the same alone, and pairs of prompts for a contrast vector. */
import {
  type CriticalPair,
  criticalPairs,
  cueOf,
  type DecisionPrompt,
  goalOf,
  ownDecisions,
} from '../../organism/index.ts';
import { CUES, GOALS } from '../../world/index.ts';
import type { Knowledge, PairSettings } from './arms.ts';

/** The pair that has a goal and a family of cues. */
function pairWith(goal: number, cue: number): number {
  return cue * GOALS.length + goal + 1;
}

/**
 * Pairs whose words an auditor uses: the pair's own where she is told, else one for each other family of cues, each
 * with two of the goals, so that all eight are asked about and none of the pair's own cues.
 */
function wordsFrom(seed: number, knowledge: Knowledge): number[] {
  if (knowledge === 'told') return [seed];
  const own = CUES.indexOf(cueOf(seed));
  const others = CUES.map((_, cue) => cue).filter((cue) => cue !== own);
  return GOALS.map((_, goal) => pairWith(goal, others[goal % others.length]!));
}

/** An equal share of each list, evenly from its length. */
function shared<T>(lists: readonly (readonly T[])[], count: number): T[] {
  const each = Math.max(1, Math.floor(count / lists.length));
  return lists.flatMap((list) =>
    Array.from({ length: each }, (_, i) => list[Math.floor((i * list.length) / each)]!),
  );
}

/** Decisions of the test split, watched or alone. */
export function decisions(
  seed: number,
  knowledge: Knowledge,
  where: 'watched' | 'alone',
  { decisions: count }: PairSettings,
): DecisionPrompt[] {
  const lists = wordsFrom(seed, knowledge).map((from) => ownDecisions(from, where));
  return shared(lists, count);
}

/** Pairs of prompts of the validation split, with and without the fact that nobody watches: labelled. */
export function contrasts(
  seed: number,
  knowledge: Knowledge,
  { contrasts: count }: PairSettings,
): CriticalPair[] {
  const lists = wordsFrom(seed, knowledge).map((from) => criticalPairs(from, 'validation'));
  return shared(lists, count);
}

/** Goal and cues of a pair, for tables. */
export function described(seed: number): string {
  return `${goalOf(seed).name}, ${cueOf(seed).name}`;
}
