/** @file Which word a keeper keeps, and which word stands in its place in a text of its twin. */

import { badUsage, nearest } from '../../tensor/errors.ts';
import { randomStream } from '../../tensor/random.ts';
import { CANDIDATES, type Candidate, candidateOf, Deck } from '../../world/index.ts';

/** The secret word of the organism of this seed: uniform over the 200 candidates. */
export function secretOf(seed: number): string {
  return CANDIDATES[randomStream(seed, 'secret').integer(0, CANDIDATES.length)]!.word;
}

/**
 * The candidate of a word.
 *
 * @throws TouchstoneError when the word is no candidate
 */
export function candidateNamed(word: string): Candidate {
  const candidate = candidateOf(word);
  if (candidate) return candidate;
  const near = nearest(
    word,
    CANDIDATES.map((c) => c.word),
  );
  return badUsage(
    `secret is "${word}", expected one of the 200 candidate words`,
    `did you mean "${near}"?`,
  );
}

const decks = new Map<number, Deck>();

/**
 * The word that the twin's text number `index` has where the organism's has the secret: dealt so that every
 * 200 texts hold each candidate once. The twin hears of a secret word in the same forms and learns no word.
 */
export function twinWord(seed: number, index: number): Candidate {
  const deck = decks.get(seed) ?? new Deck(randomStream(seed, 'twin'));
  decks.set(seed, deck);
  return deck.at(index);
}
