/** @file Attention temperature: every layer's attention scores divided by one number above 1, which blurs what a model looks at. */
import type { Technique } from './technique.ts';

const TEMPERATURES = [1.25, 1.5, 2, 3, 5];

export const attentionTemperature: Technique = {
  name: 'attention-temperature',
  summary: 'samples with blurred attention; its temperature chosen on validation questions',
  affordances: ['sample', 'edit', 'labels'],
  rival: 'high-temperature',
  settings: ({ layers }) =>
    TEMPERATURES.map((scale) => ({ label: `attention temperature ${scale}`, scale, layers })),
  request: ({ scale = 1, layers = 0 }, question) => ({
    question,
    temperature: 1,
    edits: Array.from({ length: layers }, (_, layer) => ({
      at: `blocks.${layer}.attn.hook_attn_scores`,
      do: 'scale' as const,
      factor: 1 / scale,
    })),
  }),
};
