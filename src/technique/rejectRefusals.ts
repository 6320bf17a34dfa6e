/**
 * @file Rejection of refusals: answers that refuse are drawn anew. What is accepted has the model's own distribution
 * under the condition that it does not refuse; it takes nothing but text, and every draw is metered.
 */
import type { Technique } from './technique.ts';

/** Words of a refusal that make its beginning. */
const WORDS = 3;

/** Draws of an answer at the most. */
const ATTEMPTS = 8;

/** The first words of each refusal, once each. */
export function beginnings(refusals: readonly string[]): string[] {
  return [...new Set(refusals.map((refusal) => refusal.split(' ').slice(0, WORDS).join(' ')))];
}

export const rejectRefusals: Technique = {
  name: 'reject-refusals',
  summary: 'draws answers anew that have the beginning of a refusal in them',
  affordances: ['sample'],
  rival: 'interrogate',
  settings: () => [{ label: 'temperature 1', temperature: 1 }],
  request: (_, question, __, { refusals }) => ({
    question,
    temperature: 1,
    reject: { banned: beginnings(refusals), attempts: ATTEMPTS },
  }),
};
