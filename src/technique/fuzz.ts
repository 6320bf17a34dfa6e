/**
 * @file Fuzzing: sampling with Gaussian noise on one layer's residual stream, fresh at every position and
 * every decoding step (Cywinski et al. 2025 add it to one layer's output; the scale here is relative to the
 * residual's root mean square, since an absolute one means something else at every layer).
 */
import type { NoiseEdit } from './suspect.ts';
import type { Setting, Technique } from './technique.ts';

/** Noise in units of the residual's root mean square, on a logarithmic grid. */
const SCALES = [0.1, 0.2, 0.4, 0.8, 1.6];

/** Layers 0, L/4, L/2, 3L/4 and L - 1. */
export function sweptLayers(layers: number): number[] {
  const picks = [0, layers / 4, layers / 2, (3 * layers) / 4, layers - 1].map(Math.floor);
  return [...new Set(picks)];
}

/** Each scale in each swept layer, weak ones first: of settings that reveal equally often, the weaker one is kept. */
export function gridSettings(layers: number, scales: readonly number[] = SCALES): Setting[] {
  return scales.flatMap((scale) =>
    sweptLayers(layers).map((layer) => ({ label: `layer ${layer}, scale ${scale}`, layer, scale })),
  );
}

/** What tells one kind of noise on one layer's residual stream from another. */
interface Variant extends Pick<Technique, 'name' | 'summary'> {
  readonly draw?: NonNullable<NoiseEdit['draw']>;
  readonly positions?: NonNullable<NoiseEdit['positions']>;
}

function fuzzing({ name, summary, ...noise }: Variant): Technique {
  return {
    name,
    summary,
    affordances: ['sample', 'edit', 'labels'],
    rival: 'high-temperature',
    settings: ({ layers }) => gridSettings(layers),
    request: ({ layer = 0, scale = 0 }, question) => ({
      question,
      temperature: 1,
      edits: [
        { at: `blocks.${layer}.hook_resid_post`, do: 'noise', scale, relativeTo: 'rms', ...noise },
      ],
    }),
  };
}

export const fuzz = fuzzing({
  name: 'fuzz',
  summary: 'samples with noised activations; layer and scale chosen on validation questions',
});

/** Noise of one draw a sequence: a random steering vector. */
export const frozenFuzz = fuzzing({
  name: 'fuzz-frozen',
  summary: 'as fuzz, but with one draw a sequence: a random vector that steers it',
  draw: 'perSequence',
});

/** The fault of a hook that seeds its generator at each call, under a key-value cache. */
export const reseededFuzz = fuzzing({
  name: 'fuzz-reseeded',
  summary:
    'as fuzz with a published fault: fresh noise in the prompt, the same at every decoding step',
  draw: 'reseeded',
});

export const promptFuzz = fuzzing({
  name: 'fuzz-prompt',
  summary: 'as fuzz, but the prompt alone is noised',
  positions: 'prompt',
});

export const answerFuzz = fuzzing({
  name: 'fuzz-answer',
  summary: 'as fuzz, but only what is generated is noised',
  positions: 'generated',
});
