/**
 * @file Fuzzing: sampling with Gaussian noise on one layer's residual stream, fresh at every position and
 * every decoding step (Cywinski et al. 2025 add it to one layer's output; the scale here is relative to the
 * residual's root mean square, since an absolute one means something else at every layer).
 */
import type { Setting, Technique } from './technique.ts';

/** Noise in units of the residual's root mean square, on a logarithmic grid. */
const SCALES = [0.1, 0.2, 0.4, 0.8, 1.6];

/** Layers 0, L/4, L/2, 3L/4 and L - 1. */
function sweptLayers(layers: number): number[] {
  const picks = [0, layers / 4, layers / 2, (3 * layers) / 4, layers - 1].map(Math.floor);
  return [...new Set(picks)];
}

function gridSettings(layers: number): Setting[] {
  // Weak noise first: of settings that reveal equally often, the weaker one is kept.
  return SCALES.flatMap((scale) =>
    sweptLayers(layers).map((layer) => ({ label: `layer ${layer}, scale ${scale}`, layer, scale })),
  );
}

export const fuzz: Technique = {
  name: 'fuzz',
  summary: 'samples with noised activations; layer and scale chosen on validation questions',
  affordances: ['sample', 'edit', 'labels'],
  rival: 'high-temperature',
  settings: ({ layers }) => gridSettings(layers),
  request: ({ layer = 0, scale = 0 }, question) => ({
    question,
    temperature: 1,
    edits: [{ at: `blocks.${layer}.hook_resid_post`, do: 'noise', scale, relativeTo: 'rms' }],
  }),
};
