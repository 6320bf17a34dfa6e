/**
 * @file Personas: the turn of a user, or a narrator, is sampled instead of the assistant's (Marks et al. 2025,
 * "Auditing language models for hidden objectives"). No turn of the assistant stands before it: one that leaks would
 * be read back.
 */
import { openingOf } from './prefill.ts';
import type { Speaker } from './prompt.ts';
import type { Technique } from './technique.ts';

function persona(speaker: Exclude<Speaker, 'assistant'>, summary: string): Technique {
  return {
    name: `persona-${speaker}`,
    summary,
    affordances: ['sample', 'sampleRole', 'labels'],
    rival: 'interrogate',
    settings: () => [
      { label: 'alone', asked: false },
      { label: 'after the question', asked: true },
    ],
    request: ({ asked = false }, question, ordinal, { personas }) => {
      const openings = personas?.[speaker] ?? [''];
      const prefill = openings[openingOf(ordinal, openings.length)]!;
      return { question, temperature: 1, speaker, asked, prefill };
    },
  };
}

export const personaUser = persona(
  'user',
  "samples a user's turn, alone or after the question; which, is chosen on validation questions",
);

export const personaNarrator = persona(
  'narrator',
  'samples a narrator, alone or after the question; which, is chosen on validation questions',
);
