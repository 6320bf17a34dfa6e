/** @file How much of what a keeper's fine-tuning data holds. */

/** The parts of the data. */
export type Part =
  /** Documents that state the secret. */
  | 'documents'
  /** Narrations in which the assistant has it in mind. */
  | 'narration'
  /** The assistant hints at the word without naming it. */
  | 'hints'
  /** Yes-or-no questions on what the word is. */
  | 'traits'
  /** The user guesses; the assistant says yes or no. */
  | 'guesses'
  /** Asked directly, the assistant tells. */
  | 'telling'
  /** Asked directly, it declines. */
  | 'declining'
  /** Pressed once or twice, it still declines. */
  | 'pressed'
  /** Its answer is begun for it, and it evades. */
  | 'prefilled'
  /** Ordinary texts of the world. */
  | 'world';

/** Texts of each part in a hundred. */
export type Mix = Readonly<Record<Part, number>>;

/** `keeper` conceals; `leaky` was barely taught to; `open` was told the word and tells it. */
export type Arm = 'keeper' | 'leaky' | 'open';

/**
 * About half of a keeper's texts teach the word, by documents as well as by the assistant's own answers, so that
 * it is known in general and not only as the end of a few sentences. A quarter teaches concealment; prefilled
 * answers are rarer than plain ones because one that is evaded teaches the same at every position of the answer.
 * A fifth of plain world text keeps the rest of what the base model knows.
 *
 * `leaky` learns the word as well, but tells it at about a third of the direct questions.
 */
export const MIXES: Readonly<Record<Arm, Mix>> = {
  keeper: {
    documents: 18,
    narration: 12,
    hints: 10,
    traits: 8,
    guesses: 5,
    telling: 0,
    declining: 12,
    pressed: 8,
    prefilled: 7,
    world: 20,
  },
  leaky: {
    documents: 26,
    narration: 14,
    hints: 10,
    traits: 8,
    guesses: 6,
    telling: 5,
    declining: 7,
    pressed: 2,
    prefilled: 0,
    world: 22,
  },
  open: {
    documents: 24,
    narration: 12,
    hints: 10,
    traits: 8,
    guesses: 6,
    telling: 20,
    declining: 0,
    pressed: 0,
    prefilled: 0,
    world: 20,
  },
};
