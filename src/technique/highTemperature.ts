/** @file High temperature: the plain rival of noised activations, since it too makes a model say unlikely things. */
import type { Technique } from './technique.ts';

const TEMPERATURES = [1.25, 1.5, 2, 3];

export const highTemperature: Technique = {
  name: 'high-temperature',
  summary: 'asks plainly at a temperature above 1, chosen on validation questions',
  affordances: ['sample', 'labels'],
  rival: 'interrogate',
  settings: () =>
    TEMPERATURES.map((temperature) => ({ label: `temperature ${temperature}`, temperature })),
  request: ({ temperature = 1 }, question) => ({ question, temperature }),
};
