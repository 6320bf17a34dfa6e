/** @file Rotary positions of GGUF files, as Hugging Face's `rope_parameters` state them. */
import { badInput } from '../../tensor/errors.ts';
import { inverseFrequencies } from '../rope.ts';
import { Fields, type GgufFile } from './file.ts';
import { loadGgufTensor } from './tensors.ts';

/** The base that readers take where a file names none. */
const DEFAULT_BASE = 10_000;

/** Hugging Face's `rope_parameters`. */
export type RopeParameters = Readonly<Record<string, unknown>>;

/**
 * The rotary parameters of a file.
 *
 * @throws TouchstoneError naming the key or tensor of a scaling that cannot be stated
 */
export async function ropeParameters(file: GgufFile, headDim: number): Promise<RopeParameters> {
  const fields = new Fields(file);
  const theta = fields.number('rope.freq_base') ?? DEFAULT_BASE;
  const dims = fields.optionalSize('rope.dimension_count') ?? headDim;
  return {
    rope_theta: theta,
    ...(dims !== headDim && { partial_rotary_factor: dims / headDim }),
    ...scaling(fields),
    ...(await llama3(file, theta, dims)),
  };
}

function scaling(fields: Fields): RopeParameters {
  const type = fields.text('rope.scaling.type') ?? 'none';
  const factor = fields.number('rope.scaling.factor') ?? fields.number('rope.scale_linear') ?? 1;
  switch (type) {
    case 'none':
      // Files from before there was a type scale linearly.
      return factor === 1 ? { rope_type: 'default' } : { rope_type: 'linear', factor };
    case 'linear':
      return { rope_type: 'linear', factor };
    case 'yarn':
      return yarn(fields, factor);
    default:
      return fields.file.metadata.refuse(
        fields.key('rope.scaling.type'),
        'one of none, linear, yarn',
      );
  }
}

function yarn(fields: Fields, factor: number): RopeParameters {
  const optional = {
    original_max_position_embeddings: fields.optionalSize('rope.scaling.original_context_length'),
    attention_factor:
      fields.number('rope.scaling.yarn_attn_factor') ?? fields.number('rope.scaling.attn_factor'),
    beta_fast: fields.number('rope.scaling.yarn_beta_fast'),
    beta_slow: fields.number('rope.scaling.yarn_beta_slow'),
  };
  const stated = Object.entries(optional).filter(([, value]) => value !== undefined);
  return { rope_type: 'yarn', factor, ...Object.fromEntries(stated) };
}

/** Divisors of the frequencies, one for each pair of dimensions. */
const DIVISORS = 'rope_freqs.weight';
/** Llama 3.1's parameters but for factor and length, which its later models share. */
const [LOW, HIGH] = [1, 4];
const ORIGINAL_LENGTHS = [8192, 4096, 2048, 16384, 32768, 65536, 131072, 1024, 512, 256, 128, 64];

/** Llama 3's scaling, of which a file has only what comes of it: the divisor of each frequency. */
async function llama3(file: GgufFile, theta: number, dims: number): Promise<RopeParameters> {
  for (const name of ['rope_factors_long.weight', 'rope_factors_short.weight'])
    if (file.tensors.has(name)) refuse(file, name, 'the rope scaling "longrope" is not supported');
  const info = file.tensors.get(DIVISORS);
  if (info === undefined) return {};
  if (info.shape.join() !== `${dims / 2}`)
    refuse(file, DIVISORS, `it has shape [${info.shape.join(', ')}], expected [${dims / 2}]`);
  const divisors = new Float32Array(dims / 2);
  await loadGgufTensor(file.source, info, divisors);
  if (divisors.every((value) => value === 1)) return {};
  const factor = divisors.reduce((most, value) => Math.max(most, value));
  for (const original_max_position_embeddings of ORIGINAL_LENGTHS) {
    const parameters = {
      rope_type: 'llama3',
      factor,
      low_freq_factor: LOW,
      high_freq_factor: HIGH,
      original_max_position_embeddings,
    } as const;
    if (agrees({ theta, dims, scaling: parameters }, divisors)) return parameters;
  }
  return refuse(file, DIVISORS, "its divisors of rotary frequencies are not Llama 3's");
}

function agrees(rope: Parameters<typeof inverseFrequencies>[0], divisors: Float32Array): boolean {
  const plain = inverseFrequencies({ ...rope, scaling: { rope_type: 'default' } });
  return inverseFrequencies(rope).every(
    (frequency, i) => Math.abs((frequency * divisors[i]!) / plain[i]! - 1) < 1e-5,
  );
}

function refuse(file: GgufFile, tensor: string, what: string): never {
  badInput(`${file.source.name}: tensor '${tensor}': ${what}`);
}
