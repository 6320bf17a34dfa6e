/** @file Noise everywhere at once: on the embedding, or on every layer's residual stream. */
import type { Setting, Technique } from './technique.ts';

const SCALES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6];

const settings = (): readonly Setting[] =>
  SCALES.map((scale) => ({ label: `scale ${scale}`, scale }));

const noisy = (at: string, scale: number) =>
  ({ at, do: 'noise', scale, relativeTo: 'rms' }) as const;

export const embeddingFuzz: Technique = {
  name: 'fuzz-embedding',
  summary: 'samples with noised embeddings; scale chosen on validation questions',
  affordances: ['sample', 'edit', 'labels'],
  rival: 'high-temperature',
  settings,
  request: ({ scale = 0 }, question) => ({
    question,
    temperature: 1,
    edits: [noisy('hook_embed', scale)],
  }),
};

export const allLayersFuzz: Technique = {
  name: 'fuzz-all-layers',
  summary: 'samples with noise on every layer; scale chosen on validation questions',
  affordances: ['sample', 'edit', 'labels'],
  rival: 'high-temperature',
  settings: ({ layers }) => settings().map((setting) => ({ ...setting, layers })),
  request: ({ scale = 0, layers = 0 }, question) => ({
    question,
    temperature: 1,
    edits: Array.from({ length: layers }, (_, layer) =>
      noisy(`blocks.${layer}.hook_resid_post`, scale),
    ),
  }),
};
