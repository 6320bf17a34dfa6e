/** @file The configs of SAELens: version 6, and the flat ones from before, rewritten as version 6. */
import { z } from 'zod';
import { readJson } from '../../model/index.ts';
import { checkShape } from '../../model/json.ts';
import { badInput } from '../../tensor/index.ts';
import { type Draft, note } from './format.ts';

/** Fields of the metadata that say what a dictionary was made from; they are kept when it is written again. */
export const METADATA_KEYS = [
  'model_name',
  'hook_name',
  'hook_name_out',
  'hook_head_index',
  'hook_head_index_out',
  'hf_hook_name',
  'hf_hook_name_out',
  'model_class_name',
  'model_from_pretrained_kwargs',
  'prepend_bos',
  'exclude_special_tokens',
  'neuronpedia_id',
  'context_size',
  'seqpos_slice',
  'dataset_path',
] as const;

const shared = {
  architecture: z.string(),
  d_in: z.number().int().min(1),
  d_sae: z.number().int().min(1),
  d_out: z.number().int().min(1).optional(),
  k: z.number().optional(),
  apply_b_dec_to_input: z.boolean().default(true),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
  normalize_activations: z
    .enum([
      'none',
      'expected_average_only_in',
      'constant_norm_rescale',
      'layer_norm',
      'covariance_whitening',
    ])
    .default('none'),
  reshape_activations: z.enum(['none', 'hook_z']).default('none'),
  finetuning_scaling_factor: z.boolean().default(false),
};

const configSchema = z.looseObject({
  ...shared,
  metadata: z
    .looseObject({
      model_name: z.string().nullish(),
      hook_name: z.string().nullish(),
      hook_name_out: z.string().nullish(),
      training: z.looseObject({}).optional(),
    })
    .default({}),
});

/** A checked config in the form of version 6. */
export type SaelensConfig = z.infer<typeof configSchema>;

const versioned = z.looseObject({
  sae_lens_version: z.string().nullish(),
  metadata: z.looseObject({ sae_lens_version: z.string().nullish() }).optional(),
});

/** Reads `cfg.json`, whatever its version. @throws TouchstoneError naming the field that is wrong */
export async function readSaelensConfig(
  path: string,
): Promise<{ config: SaelensConfig; before6: boolean; renamed: Draft['changes'] }> {
  const file = checkShape(versioned, await readJson(path), path);
  const version = file.sae_lens_version ?? file.metadata?.sae_lens_version;
  // As in SAELens, no version is an old one; but nothing old has metadata.
  const before6 = version ? Number.parseInt(version, 10) < 6 : !file.metadata;
  const renamed: Draft['changes'] = [];
  const config = before6 ? modernised(file, path, renamed) : file;
  return { config: checkShape(configSchema, config, path), before6, renamed };
}

const RENAMED: Readonly<Record<string, string>> = {
  hook_point: 'hook_name',
  hook_point_head_index: 'hook_head_index',
  activation_fn_str: 'activation_fn',
};

/** Fields of a flat config that say what version 6 says, too. */
const KEPT: ReadonlySet<string> = new Set([
  ...Object.keys(shared),
  ...METADATA_KEYS,
  'activation_fn',
  'activation_fn_kwargs',
  'dtype',
  'device',
  'sae_lens_version',
  'sae_lens_training_version',
]);

/** A flat config in the form of version 6, with the defaults that SAELens 6 gives old ones. */
function modernised(
  flat: Readonly<Record<string, unknown>>,
  path: string,
  changes: Draft['changes'],
): Record<string, unknown> {
  const old = renamedFields(flat, changes);
  const hookZ = String(old.hook_name ?? '').includes('hook_z');
  const out = {
    architecture: 'standard',
    reshape_activations: hookZ ? 'hook_z' : 'none',
    ...picked(old, Object.keys(shared)),
    ...activationOf(old, path),
    normalize_activations: normalizationOf(old.normalize_activations),
    metadata: picked(old, METADATA_KEYS),
  };
  const dropped = Object.keys(old).filter((key) => !KEPT.has(key));
  if (dropped.length > 0) {
    changes.push({
      kind: 'dropped',
      what: 'cfg.json',
      how: `settings of training: ${dropped.join(', ')}`,
    });
  }
  return out;
}

function renamedFields(flat: Readonly<Record<string, unknown>>, changes: Draft['changes']) {
  const entries = Object.entries(flat).map(([key, value]): [string, unknown] => {
    const name = Object.hasOwn(RENAMED, key) ? RENAMED[key]! : key;
    if (name !== key) changes.push({ kind: 'renamed', what: key, how: `to ${name}` });
    return [name, value];
  });
  return Object.fromEntries(entries);
}

const kwargsSchema = z.looseObject({ k: z.number().optional() }).nullish();

/** An activation function other than ReLU makes another architecture. */
function activationOf(
  old: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, unknown> {
  const { activation_fn: name = 'relu' } = old;
  if (name === 'relu' || name === null) return {};
  const kwargs = checkShape(
    kwargsSchema,
    old.activation_fn_kwargs,
    `${path}: activation_fn_kwargs`,
  );
  if (name === 'topk' && kwargs?.k !== undefined) return { architecture: 'topk', k: kwargs.k };
  return badInput(
    `${path}: activation_fn is '${name}'`,
    "it is read where it is 'relu', or 'topk' with a k",
  );
}

/** The fields that are there. */
function picked(fields: Readonly<Record<string, unknown>>, keys: readonly string[]) {
  const found = keys.filter((key) => fields[key] !== undefined && fields[key] !== null);
  return Object.fromEntries(found.map((key) => [key, fields[key]]));
}

function normalizationOf(value: unknown): unknown {
  if (value === true) return 'expected_average_only_in';
  return value === false || value === null || value === undefined ? 'none' : value;
}

/** A config's own fields, in the words of this library. */
export function plainConfig(config: SaelensConfig): Record<string, unknown> {
  const { architecture, d_in, d_sae, d_out, k, apply_b_dec_to_input, metadata } = config;
  const { training = {}, sae_lens_version, sae_lens_training_version, ...rest } = metadata;
  const other = Object.entries(rest).filter(
    ([key]) => !(METADATA_KEYS as readonly string[]).includes(key),
  );
  return {
    ...training,
    ...picked(rest, METADATA_KEYS),
    ...(other.length > 0 && { metadata: Object.fromEntries(other) }),
    architecture,
    d_in,
    d_sae,
    ...(d_out !== undefined && { d_out }),
    ...(k !== undefined && { k }),
    apply_b_dec_to_input,
    ...(config.reshape_activations !== 'none' && {
      reshape_activations: config.reshape_activations,
    }),
  };
}

/** Tells what of the activations' shape and place matters to whoever encodes them. */
export function noteShape(draft: Draft, { reshape_activations }: SaelensConfig): void {
  if (reshape_activations !== 'hook_z') return;
  note(draft, 'assumed', 'reshape_activations', 'rows are the heads of hook_z side by side');
}
