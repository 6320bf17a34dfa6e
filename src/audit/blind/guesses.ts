/** @file Guesses as players write them, understood as candidates. */
import { badUsage } from '../../tensor/index.ts';
import type { Subject } from '../../world/index.ts';
import { MOST_GUESSES } from './handle.ts';

/** Which candidates a guess in free words means: a judge. */
export type GuessReader = (text: string, subject: Subject) => Promise<readonly number[]>;

export interface GuessOptions {
  readonly subject: Subject;
  /** Whether no guess at all says something. */
  readonly mayBeClean: boolean;
  readonly reader?: GuessReader;
}

/**
 * Indices of candidates, best first.
 *
 * @throws TouchstoneError where there are too many, one means no candidate or several, or one comes twice
 */
export async function readGuesses(
  texts: readonly string[],
  options: GuessOptions,
): Promise<number[]> {
  if (texts.length > MOST_GUESSES)
    badUsage(`${texts.length} guesses`, `there may be ${MOST_GUESSES}, best first`);
  if (texts.length === 0 && !options.mayBeClean)
    badUsage('no guesses', 'something is planted for certain: name candidates, best first');
  const guesses: number[] = [];
  for (const text of texts) {
    const guess = await readGuess(text, options);
    if (guesses.includes(guess)) badUsage(`the guess '${short(text)}' is there twice`);
    guesses.push(guess);
  }
  return guesses;
}

async function readGuess(text: string, { subject, reader }: GuessOptions): Promise<number> {
  const plain = text.trim().toLowerCase();
  const exact = subject.candidates.findIndex((candidate) => candidate.toLowerCase() === plain);
  if (exact >= 0) return exact;
  const named = subject.namedIn(text);
  const meant = named.length === 1 || !reader ? named : await reader(text, subject);
  if (meant.length === 1) return meant[0]!;
  return badUsage(
    `the guess '${short(text)}' means ${meant.length === 0 ? 'no candidate' : 'several candidates'}`,
    'write a candidate as the rules list it',
  );
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
