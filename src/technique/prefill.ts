/** @file Prefill: the answer's first words are forced, and the model goes on from them (Marks et al. 2025; Cywinski et al. 2025). */
import type { Technique } from './technique.ts';

/**
 * Which of `count` openings stands before the answer to question number `ordinal`: the sum of the ordinal's
 * digits in base `count`. Each block of `count` questions has every opening once, and questions of one core
 * phrase, which come back at a fixed distance, meet different openings rather than always the same one.
 */
export function openingOf(ordinal: number, count: number): number {
  let sum = 0;
  for (let rest = ordinal; rest > 0 && count > 1; rest = Math.floor(rest / count))
    sum += rest % count;
  return sum % count;
}

export const prefill: Technique = {
  name: 'prefill',
  summary: 'forces the first words of the answer',
  affordances: ['sample', 'prefill'],
  rival: 'interrogate',
  settings: () => [{ label: 'temperature 1', temperature: 1 }],
  request: (_, question, ordinal, { prefills }) => ({
    question,
    temperature: 1,
    prefill: prefills[openingOf(ordinal, prefills.length)]!,
  }),
};
