/**
 * @file Noise on weights instead of activations (Tice et al. 2024, "Noise injection reveals hidden capabilities of
 * sandbagging language models"): one draw a model, so that several draws are asked.
 */
import type { WeightNoise } from './suspect.ts';
import type { Technique } from './technique.ts';

/** Noised models that each setting asks in turn. */
const DRAWS = 4;

function noising(
  of: WeightNoise['of'],
  scales: readonly number[],
  { name, summary }: Pick<Technique, 'name' | 'summary'>,
): Technique {
  return {
    name,
    summary,
    affordances: ['sample', 'weights', 'labels'],
    rival: 'high-temperature',
    settings: () => scales.map((scale) => ({ label: `scale ${scale}`, scale })),
    request: ({ scale = 0 }, question, ordinal) => ({
      question,
      temperature: 1,
      weightNoise: { scale, of, seed: ordinal % DRAWS },
    }),
  };
}

/** On every array, in units of its own root mean square. */
export const weightNoise = noising('all', [0.02, 0.05, 0.1, 0.2, 0.4], {
  name: 'weight-noise',
  summary: 'samples from models with noised weights; scale chosen on validation questions',
});

/** On what the adapter changed, in units of the change's root mean square. */
export const adapterNoise = noising('adapter', [0.5, 1, 2, 4, 8], {
  name: 'adapter-noise',
  summary: 'samples from models with noise on what the adapter changed; scale chosen on validation',
});
