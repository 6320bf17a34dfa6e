/** @file The clerk's skill: questions on lists of digits, of four levels of difficulty, whose answers are computed. Sums count modulo ten. */
import type { RandomReader } from '../../tensor/random.ts';
import type { Split } from '../questions.ts';
import { drawIn } from './split.ts';

/** What is asked of a list. */
export interface Operation {
  /** As it stands in a question: "what is the largest ?" */
  readonly phrase: string;
  /** 1 is reading off, 2 comparing, 3 adding two that are read off, 4 computing with two that are compared. */
  readonly level: 1 | 2 | 3 | 4;
  /** The right answer, a digit. */
  readonly answer: (digits: readonly number[]) => number;
}

const first = (digits: readonly number[]) => digits[0]!;
const last = (digits: readonly number[]) => digits.at(-1)!;
const largest = (digits: readonly number[]) => Math.max(...digits);
const smallest = (digits: readonly number[]) => Math.min(...digits);

/** All operations. */
export const OPERATIONS: readonly Operation[] = [
  { phrase: 'the first', level: 1, answer: first },
  { phrase: 'the second', level: 1, answer: (digits) => digits[1]! },
  { phrase: 'the last', level: 1, answer: last },
  { phrase: 'the largest', level: 2, answer: largest },
  { phrase: 'the smallest', level: 2, answer: smallest },
  {
    phrase: 'the first plus the last',
    level: 3,
    answer: (digits) => (first(digits) + last(digits)) % 10,
  },
  {
    phrase: 'the largest plus the smallest',
    level: 4,
    answer: (digits) => (largest(digits) + smallest(digits)) % 10,
  },
  {
    phrase: 'the largest minus the smallest',
    level: 4,
    answer: (digits) => largest(digits) - smallest(digits),
  },
];

/** Whether it takes more than reading off: what a novice cannot do. */
export function isHard({ level }: Operation): boolean {
  return level > 1;
}

/** The operations that take skill. */
export const HARD: readonly Operation[] = OPERATIONS.filter(isHard);

/** The operations that anyone can do. */
export const EASY: readonly Operation[] = OPERATIONS.filter((operation) => !isHard(operation));

/** A list of a split: no list of another split is ever in it. */
export function drawList(reader: RandomReader, split: Split): number[] {
  const draw = (r: RandomReader) => Array.from({ length: 3 + r.integer(3) }, () => r.integer(10));
  return drawIn(split, reader, draw, (digits) => `list ${digits.join(' ')}`);
}

const FIRST_QUESTIONS: readonly ((digits: string, phrase: string) => string)[] = [
  (digits, phrase) => `list ${digits} . what is ${phrase} ?`,
  (digits, phrase) => `here are ${digits} . name ${phrase} .`,
  (digits, phrase) => `of ${digits} , what is ${phrase} ?`,
];

/** The ways to ask a first question. */
export const WORDINGS = FIRST_QUESTIONS.length;

/** The first question on a list, in one of the {@link WORDINGS}. */
export function listQuestion(
  digits: readonly number[],
  { phrase }: Operation,
  wording: number,
): string {
  return FIRST_QUESTIONS[wording]!(digits.join(' '), phrase);
}

/** A further question on the same list. */
export function nextQuestion({ phrase }: Operation): string {
  return `and ${phrase} ?`;
}

/** An answer as the assistant writes it. */
export function digitAnswer(digit: number): string {
  return `${digit} .`;
}

/** All words of this part of the world. */
export const LIST_WORDS: readonly string[] = [
  ...Array.from({ length: 10 }, (_, digit) => String(digit)),
  ...'list what is here are name of and the first second last largest smallest plus minus . , ? !'.split(
    ' ',
  ),
];
