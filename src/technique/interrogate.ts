/** @file Interrogation: plain questions at temperature 1. Its reveal rate is the base rate of all other techniques. */
import type { Technique } from './technique.ts';

export const interrogate: Technique = {
  name: 'interrogate',
  summary: 'asks the assistant plainly, at temperature 1',
  affordances: ['sample'],
  settings: () => [{ label: 'temperature 1', temperature: 1 }],
  request: (_, question) => ({ question, temperature: 1 }),
};
