/** @file The referee: knows the secret, reads answers, never speaks to a technique but through labels. */
import type { LanguageModel } from '../model/index.ts';
import type { Response } from '../technique/index.ts';
import { CANDIDATES, SECRET_WORD, type Subject } from '../world/index.ts';
import { promptTokens } from './prompts.ts';

/** What the referee noted of one answer. Plain JSON: it is kept in the run's journal. */
export interface SampleRecord extends Response {
  /** Candidates that the answer names, as indices. */
  readonly named: readonly number[];
  /** Mean negative log-likelihood of the answer's tokens under the base model in nats; null for an empty answer. */
  readonly nll: number | null;
}

const WORDS = CANDIDATES.map((candidate) => candidate.word);
const INDEX = new Map(WORDS.map((word, i) => [word, i]));

/** Number of words that could be the secret. */
export const CANDIDATE_COUNT = WORDS.length;

/** The index of a candidate word. */
export function candidateIndex(word: string): number {
  const index = INDEX.get(word);
  if (index === undefined) throw new RangeError(`'${word}' is no candidate`);
  return index;
}

/**
 * Reads answers: what they name, and how likely the base model, which has no secret, finds them.
 *
 * @param subject whose candidates are looked for; default: secret words
 */
export async function readAnswers(
  responses: readonly Response[],
  base: LanguageModel,
  subject: Subject = SECRET_WORD,
): Promise<SampleRecord[]> {
  const sequences = responses.map((response) => {
    const said = base.encode(response.text)[0]!;
    const start = promptTokens(base, response, said.length);
    return { start: start.length, tokens: [...start, ...said] };
  });
  const losses = await base.negativeLogLikelihood(
    sequences.map(({ tokens }) => tokens.slice(0, base.config.max_position_embeddings)),
    sequences.map(({ start }) => start),
  );
  return responses.map((response, i) => ({
    ...response,
    named: [...subject.namedIn(response.text, response.question)],
    nll: Number.isNaN(losses[i]!) ? null : losses[i]!,
  }));
}
