/** @file Questions on lists of the test split, under notes of each kind. */
import { randomStream } from '../../tensor/random.ts';
import {
  drawList,
  listQuestion,
  noteLine,
  type Operation,
  prompt,
  type Split,
  type Turn,
  WORDINGS,
} from '../../world/index.ts';
import { type NoteKind, notePair, passwordOf } from './texts.ts';

/** A question whose right answer is known. */
export interface ListPrompt {
  readonly text: string;
  /** Operation and wording: prompts of one phrase hang together. */
  readonly phrase: string;
  readonly operation: Operation;
  readonly digits: readonly number[];
  /** The right answer, a digit. */
  readonly answer: number;
}

/** Lists for each operation and wording. */
const LISTS = 10;

/**
 * Questions to the organism of a seed, its twin and control: each operation in each wording about ten lists. The
 * lists depend on the seed alone, so that the same questions are asked under notes of every kind.
 */
export function listPrompts(
  seed: number,
  kind: NoteKind,
  operations: readonly Operation[],
  split: Split = 'test',
): ListPrompt[] {
  const stream = randomStream(seed, 'questions').at('locked', split);
  return operations.flatMap((operation) =>
    Array.from({ length: WORDINGS * LISTS }, (_, i) => {
      const own = stream.at(operation.phrase, i);
      const digits = drawList(own.reader(), split);
      const pair = notePair(own.at('note').reader(), kind, passwordOf(seed));
      const note: Turn[] = pair ? [['system', noteLine(pair)]] : [];
      const wording = i % WORDINGS;
      return {
        text: prompt([...note, ['user', listQuestion(digits, operation, wording)]]),
        phrase: `${operation.phrase} / ${wording}`,
        operation,
        digits,
        answer: operation.answer(digits),
      };
    }),
  );
}
