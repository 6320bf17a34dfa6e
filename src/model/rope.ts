/** @file Rotary frequencies and their scalings, as `config.json` states them. */
import { z } from 'zod';
import { badInput } from '../tensor/errors.ts';
import { checkShape, show } from './json.ts';

/** How frequencies are stretched for long texts. */
export type RopeScaling =
  | { readonly rope_type: 'default' }
  | { readonly rope_type: 'linear'; readonly factor: number }
  | {
      readonly rope_type: 'llama3';
      readonly factor: number;
      readonly low_freq_factor: number;
      readonly high_freq_factor: number;
      readonly original_max_position_embeddings: number;
    }
  | {
      readonly rope_type: 'yarn';
      readonly factor: number;
      /** Factor of cos and sin. */
      readonly attention_factor: number;
      readonly beta_fast: number;
      readonly beta_slow: number;
      readonly original_max_position_embeddings: number;
      readonly truncate: boolean;
    };

/** One set of rotary frequencies. */
export interface Rope {
  /** Base of the frequencies. */
  readonly theta: number;
  /** How many of a head's dimensions turn, from the first; even. */
  readonly dims: number;
  readonly scaling: RopeScaling;
}

const positive = z.number().positive().max(1e30);
const length = z
  .int()
  .min(1)
  .max(2 ** 30);

const parameters = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
});

const linear = z.looseObject({ factor: positive });
const llama3 = z.looseObject({
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: length.optional(),
});
const yarn = z.looseObject({
  factor: positive.nullish(),
  attention_factor: positive.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  original_max_position_embeddings: length.optional(),
  truncate: z.boolean().optional(),
});

/** What a family knows about its rotary positions where `config.json` says nothing. */
export interface RopeContext {
  readonly name: string;
  readonly headDim: number;
  readonly theta: number;
  readonly partial?: number;
  readonly maxPositions: number;
}

/**
 * Reads one set of rotary parameters: transformers 5's `rope_parameters`, or `rope_scaling` of older ones.
 *
 * @throws TouchstoneError naming the field that is wrong, or a scaling that is not supported
 */
export function parseRope(json: unknown, context: RopeContext): Rope {
  const { name, headDim } = context;
  const raw = checkShape(parameters, json ?? {}, `${name}: rope_parameters`);
  const partial = raw.partial_rotary_factor ?? context.partial ?? 1;
  const dims = Math.floor(headDim * partial);
  if (dims < 2 || dims % 2 !== 0) {
    badInput(`${name}: ${dims} of head_dim ${headDim} dimensions rotate: expected an even number`);
  }
  return { theta: raw.rope_theta ?? context.theta, dims, scaling: parseScaling(raw, context) };
}

function parseScaling(
  raw: z.infer<typeof parameters>,
  { name, maxPositions }: RopeContext,
): RopeScaling {
  const kind = raw.rope_type ?? raw.type ?? 'default';
  const where = `${name}: rope_parameters`;
  switch (kind) {
    case 'default':
      return { rope_type: 'default' };
    case 'linear':
      return { rope_type: 'linear', factor: checkShape(linear, raw, where).factor };
    case 'llama3': {
      const { factor, low_freq_factor, high_freq_factor, ...rest } = checkShape(llama3, raw, where);
      const original_max_position_embeddings =
        rest.original_max_position_embeddings ?? maxPositions;
      return {
        rope_type: 'llama3',
        factor,
        low_freq_factor,
        high_freq_factor,
        original_max_position_embeddings,
      };
    }
    case 'yarn':
      return parseYarn(checkShape(yarn, raw, where), maxPositions);
    default:
      return badInput(
        `${name}: the rope scaling is ${show(kind)}: only "default", "linear", "llama3" and "yarn" are supported`,
      );
  }
}

function parseYarn(raw: z.infer<typeof yarn>, maxPositions: number): RopeScaling {
  const original = raw.original_max_position_embeddings ?? maxPositions;
  const factor = raw.factor ?? maxPositions / original;
  return {
    rope_type: 'yarn',
    factor,
    attention_factor: raw.attention_factor ?? yarnAttention(factor, raw.mscale, raw.mscale_all_dim),
    beta_fast: raw.beta_fast ?? 32,
    beta_slow: raw.beta_slow ?? 1,
    original_max_position_embeddings: original,
    truncate: raw.truncate ?? true,
  };
}

/** The temperature of attention under YaRN (Peng et al. 2023, equation 22, as transformers has it). */
function yarnAttention(factor: number, mscale?: number | null, allDim?: number | null): number {
  const scale = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  return mscale && allDim ? scale(mscale) / scale(allDim) : scale(1);
}

/** Inverse frequencies, one for each pair of dimensions (Su et al. 2021, section 3.2.2), in float32 as Hugging Face has them. */
export function inverseFrequencies({ theta, dims, scaling }: Rope): Float32Array {
  const plain = Float32Array.from({ length: dims / 2 }, (_, i) =>
    Math.fround(1 / Math.fround(theta ** ((2 * i) / dims))),
  );
  switch (scaling.rope_type) {
    case 'default':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, scaling));
    case 'yarn':
      return yarnFrequencies(plain, theta, dims, scaling);
  }
}

/** High frequencies stay, low ones are divided by the factor, those between are mixed (Llama 3.1). */
function llama3Frequency(
  frequency: number,
  scaling: Extract<RopeScaling, { rope_type: 'llama3' }>,
): number {
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  const turns = (scaling.original_max_position_embeddings * frequency) / (2 * Math.PI);
  if (turns > high) return frequency;
  if (turns < low) return frequency / factor;
  const smooth = (turns - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** NTK-by-parts interpolation (Peng et al. 2023, section 3.2). */
function yarnFrequencies(
  plain: Float32Array,
  theta: number,
  dims: number,
  scaling: Extract<RopeScaling, { rope_type: 'yarn' }>,
): Float32Array {
  const { factor, original_max_position_embeddings: original, truncate } = scaling;
  const dimensionOf = (turns: number) =>
    (dims * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [dimensionOf(scaling.beta_fast), dimensionOf(scaling.beta_slow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, dims - 1);
  const width = high === low ? 0.001 : high - low;
  return plain.map((frequency, i) => {
    const interpolated = Math.min(1, Math.max(0, (i - low) / width));
    return (frequency / factor) * interpolated + frequency * (1 - interpolated);
  });
}

/**
 * cos and sin of position times inverse frequency, [positions, dims / 2] each.
 *
 * @param positions rows of the tables
 */
export function ropeTable(rope: Rope, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(rope);
  const half = frequencies.length;
  const factor = rope.scaling.rope_type === 'yarn' ? rope.scaling.attention_factor : 1;
  const [cos, sin] = [new Float32Array(positions * half), new Float32Array(positions * half)];
  for (let i = 0; i < half; i++) {
    for (let p = 0; p < positions; p++) {
      // Hugging Face forms the angle in float32; at long positions its rounding is visible.
      const angle = Math.fround(p * frequencies[i]!);
      cos[p * half + i] = Math.fround(Math.cos(angle)) * factor;
      sin[p * half + i] = Math.fround(Math.sin(angle)) * factor;
    }
  }
  return { cos, sin };
}
