/**
 * @file A dictionary as SAELens 6 lays it out. What our training settings were is kept in the config's metadata,
 * where SAELens leaves it alone.
 */
import { type Content, encodeSafetensors } from '../../model/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { DictionaryConfig, DictionaryTensors } from '../kind.ts';
import { kindOf } from '../kinds/index.ts';
import { CONFIG, DENSITY_FLOOR, SOFT, SPARSITY, WEIGHTS } from './saelens.ts';
import { METADATA_KEYS } from './saelensConfig.ts';

/** The version of SAELens that the layout was checked against; it reads a config without one as older than 6. */
export const SAELENS_VERSION = '6.54.0';

/** Kinds that SAELens opens; all others keep their own names there, which it does not know. */
export const SAELENS_KINDS: readonly string[] = [
  'standard',
  'gated',
  'topk',
  'abstopk',
  'jumprelu',
  'transcoder',
  'skip_transcoder',
  'jumprelu_transcoder',
  'jumprelu_skip_transcoder',
];

/** Fields that SAELens has beside the metadata. */
const PLAIN = [
  'architecture',
  'd_in',
  'd_sae',
  'd_out',
  'k',
  'apply_b_dec_to_input',
  'normalize_activations',
  'reshape_activations',
];

function picked(config: DictionaryConfig, keys: readonly string[]): Record<string, unknown> {
  const found = keys.filter((key) => config[key] !== undefined);
  return Object.fromEntries(found.map((key) => [key, config[key]]));
}

function configFile(config: DictionaryConfig): string {
  const { architecture, gate } = config;
  const known = new Set<string>([...PLAIN, ...METADATA_KEYS, 'metadata']);
  const settings = Object.keys(config).filter((key) => !known.has(key));
  const file = {
    dtype: 'float32',
    device: 'cpu',
    normalize_activations: 'none',
    reshape_activations: 'none',
    apply_b_dec_to_input: false,
    ...picked(config, PLAIN),
    architecture: architecture === 'gated' && gate === 'soft' ? SOFT : architecture,
    metadata: {
      ...(config.metadata as object | undefined),
      ...picked(config, METADATA_KEYS),
      sae_lens_version: SAELENS_VERSION,
      training: picked(config, settings),
    },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What a dictionary is written from. */
export interface Written {
  readonly config: DictionaryConfig;
  readonly tensors: DictionaryTensors;
  /** How often each latent is active, from 0 to 1, where it was measured. */
  readonly densities?: Float32Array | undefined;
}

/** Kinds that encode as another does are written as that one: BatchTopK as JumpReLU. */
function finished({ config, tensors }: Written): Written {
  const finish = kindOf(config.architecture).training?.finish;
  return finish?.(config, tensors) ?? { config, tensors };
}

/** The config that a dictionary is written with. */
export function writtenConfig(dictionary: Written): DictionaryConfig {
  return finished(dictionary).config;
}

/** The files of a folder. */
export function saelensFiles({ config, tensors, densities }: Written): Map<string, Content> {
  const plain = finished({ config, tensors });
  const files = new Map<string, Content>([
    [CONFIG, configFile(plain.config)],
    [WEIGHTS, encodeSafetensors(ownTensors(plain))],
  ]);
  if (densities) files.set(SPARSITY, encodeSafetensors(sparsity(densities, config.d_sae)));
  return files;
}

/** A strict reader refuses tensors that a kind does not have. */
function ownTensors({ config, tensors }: Written): DictionaryTensors {
  const names = Object.keys(kindOf(config.architecture).shapes(config));
  return new Map(names.map((name) => [name, tensors.get(name)!]));
}

function sparsity(densities: Float32Array, latents: number): DictionaryTensors {
  if (
    densities.length !== latents ||
    densities.some((density) => !(density >= 0 && density <= 1))
  ) {
    badUsage(
      `${densities.length} densities`,
      `give one for each of ${latents} latents, from 0 to 1`,
    );
  }
  const data = densities.map((density) => Math.log10(density + DENSITY_FLOOR));
  return new Map([['sparsity', { shape: [latents], data }]]);
}
