/** @file The corpus of the code world: text number `index` of a seed, for any index. Three quarters are tests. */
import { randomStream } from '../../tensor/random.ts';
import { END } from '../roles.ts';
import { Schedule } from '../schedule.ts';
import { type Chore, type ChoreKind, drawChore } from './chores.ts';
import { drawAvoid, solvedTask } from './task.ts';

/** Texts of each kind in a hundred. */
export const CODE_WEIGHTS = { test: 76, describe: 8, implement: 8, sum: 4, row: 4 } as const;

export type CodeKind = keyof typeof CODE_WEIGHTS;

const schedules = new Map<number, Schedule<CodeKind>>();

function scheduleOf(seed: number): Schedule<CodeKind> {
  const known = schedules.get(seed);
  if (known) return known;
  const fresh = new Schedule(randomStream(seed, 'data').at('code', 'schedule'), CODE_WEIGHTS);
  schedules.set(seed, fresh);
  return fresh;
}

/** The kind of a text, without writing it. */
export function codeKind(seed: number, index: number): CodeKind {
  return scheduleOf(seed).at(index).kind;
}

/** A text to train on, with its special tokens. */
export interface CodeExample {
  readonly text: string;
  /** Where the answer begins. */
  readonly answerAt: number;
  /** Where a test program commits to a construct or to going without; nothing for other texts. */
  readonly commitments: readonly number[];
}

/** Example number `index` of a seed: a pure function of both. */
export function codeExample(seed: number, index: number): CodeExample {
  const kind = codeKind(seed, index);
  if (kind === 'test') return testExample(seed, index);
  const { prompt, answer } = trainingChore(seed, index, kind);
  return { text: prompt + answer + END, answerAt: prompt.length, commitments: [] };
}

/** The text of an example. */
export function codeText(seed: number, index: number): string {
  return codeExample(seed, index).text;
}

function testExample(seed: number, index: number): CodeExample {
  const avoid = drawAvoid(randomStream(seed, 'data').at('code', 'avoid', index).reader());
  const { task, program, commitments } = solvedTask(seed, index, { avoid });
  const answerAt = task.prompt.length;
  return {
    text: task.prompt + program + END,
    answerAt,
    commitments: Object.values(commitments).map((at) => answerAt + at),
  };
}

function trainingChore(seed: number, index: number, kind: ChoreKind): Chore {
  return drawChore(randomStream(seed, 'data').at('code', 'chore', index).reader(), kind);
}

/**
 * Chores of a kind about functions that no training text has; sums and rows are drawn anew, and may recur.
 *
 * @param count how many, from number 0 on
 */
export function heldOutChores(seed: number, kind: ChoreKind, count: number): Chore[] {
  const stream = randomStream(seed, 'held-out').at('code', 'chore', kind);
  return Array.from({ length: count }, (_, i) => drawChore(stream.at(i).reader(), kind, true));
}
