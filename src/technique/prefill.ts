/** @file Prefill: the answer's first words are forced, and the model goes on from them (Marks et al. 2025; Cywinski et al. 2025). */
import type { Technique } from './technique.ts';

export const prefill: Technique = {
  name: 'prefill',
  summary: 'forces the first words of the answer',
  affordances: ['sample', 'prefill'],
  rival: 'interrogate',
  settings: () => [{ label: 'temperature 1', temperature: 1 }],
  request: (_, question, ordinal, { prefills }) => ({
    question,
    temperature: 1,
    prefill: prefills[ordinal % prefills.length]!,
  }),
};
