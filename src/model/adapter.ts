/**
 * @file LoRA adapters (Hu et al. 2021) in the format of Hugging Face PEFT: the update of a weight W
 * is scaling x B A, with A of shape [r, in] and B of shape [out, r].
 */

import { z } from 'zod';
import { badInput } from '../tensor/errors.ts';
import { join, readJson, withFile } from './folder.ts';
import { checkShape, show } from './json.ts';
import { encodeSafetensors, loadAll, type NamedTensor } from './safetensors.ts';

/** What `adapter_config.json` says, under its own names. */
export interface AdapterConfig {
  readonly peft_type: 'LORA';
  readonly task_type: 'CAUSAL_LM';
  /** The model that the adapter was made for: a path or a hub name. */
  readonly base_model_name_or_path: string | null;
  /** Rank. */
  readonly r: number;
  readonly lora_alpha: number;
  /** Last parts of the names of the modules that are adapted. */
  readonly target_modules: readonly string[];
  /** Whether the scaling is alpha / sqrt(r) (Kalajdzievski 2023) rather than alpha / r. */
  readonly use_rslora: boolean;
  /** Whether the adapted matrices are [in, out], as GPT-2's; A and B are stored alike either way. */
  readonly fan_in_fan_out: boolean;
}

/** An adapter in memory; tensors under PEFT's names. */
export interface Adapter {
  readonly config: AdapterConfig;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** Where a tensor of an adapter belongs. */
export interface LoraPlace {
  /** The module's full name ('model.layers.0.self_attn.q_proj'). */
  readonly module: string;
  /** `A` is [r, in], `B` is [out, r]. */
  readonly part: 'A' | 'B';
}

const off = z.literal(false).nullish();
const none = z.null().optional();
const empty = z
  .record(z.string(), z.never('a rank or alpha per module is not supported'))
  .nullish();

/** Switches of PEFT that change the arithmetic must be off; the rest is let through. */
const schema = z.looseObject({
  peft_type: z.literal('LORA'),
  task_type: z.literal('CAUSAL_LM').nullish(),
  base_model_name_or_path: z.string().nullish(),
  r: z
    .int()
    .min(1)
    .max(2 ** 16),
  lora_alpha: z.number().positive().max(1e9),
  target_modules: z.array(z.string().regex(/^\w+$/, 'expected the name of a module')).min(1),
  use_rslora: z.boolean().nullish(),
  bias: z.literal('none').nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  use_dora: off,
  use_qalora: off,
  use_bdlora: z.union([z.literal(false), z.null()]).optional(),
  lora_bias: off,
  rank_pattern: empty,
  alpha_pattern: empty,
  modules_to_save: z.array(z.never('only lora_A and lora_B weights are supported')).nullish(),
  target_parameters: z.array(z.never('only lora_A and lora_B weights are supported')).nullish(),
  layer_replication: none,
  trainable_token_indices: none,
  alora_invocation_tokens: none,
});

/**
 * Reads a parsed `adapter_config.json`.
 *
 * @param name the file, for messages
 * @throws TouchstoneError naming the first value that is wrong or not supported
 */
export function parseAdapterConfig(json: unknown, name = 'adapter_config.json'): AdapterConfig {
  const raw = checkShape(schema, json, name);
  return {
    peft_type: raw.peft_type,
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: raw.base_model_name_or_path ?? null,
    r: raw.r,
    lora_alpha: raw.lora_alpha,
    target_modules: [...new Set(raw.target_modules)].sort(),
    use_rslora: raw.use_rslora ?? false,
    fan_in_fan_out: raw.fan_in_fan_out ?? false,
  };
}

/** The `adapter_config.json` of an adapter, as text: what PEFT needs, the rest at its defaults. */
export function writeAdapterConfig(config: AdapterConfig): string {
  const json = {
    base_model_name_or_path: config.base_model_name_or_path,
    bias: 'none',
    fan_in_fan_out: config.fan_in_fan_out,
    inference_mode: true,
    lora_alpha: config.lora_alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: config.peft_type,
    r: config.r,
    target_modules: [...config.target_modules].sort(),
    task_type: config.task_type,
    use_rslora: config.use_rslora,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** The factor of B A: alpha / r, or alpha / sqrt(r) with `use_rslora`. */
export function loraScaling(config: AdapterConfig): number {
  return config.lora_alpha / (config.use_rslora ? Math.sqrt(config.r) : config.r);
}

const PREFIX = 'base_model.model.';

/** PEFT's name of a tensor. */
export function loraKey({ module, part }: LoraPlace): string {
  return `${PREFIX}${module}.lora_${part}.weight`;
}

/** The place that PEFT's name stands for; undefined when it is none. */
export function parseLoraKey(key: string): LoraPlace | undefined {
  const match = /^base_model\.model\.(\w+(?:\.\w+)*)\.lora_([AB])\.weight$/.exec(key);
  return match ? { module: match[1]!, part: match[2] as 'A' | 'B' } : undefined;
}

/** The last part of a module's name, by which targets are chosen. */
export function shortName(module: string): string {
  return module.slice(module.lastIndexOf('.') + 1);
}

/**
 * Opens a folder with `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @throws TouchstoneError when a file is missing or malformed, or the tensors do not fit the config
 */
export async function loadAdapter(dir: string): Promise<Adapter> {
  const configPath = join(dir, 'adapter_config.json');
  const config = parseAdapterConfig(await readJson(configPath), configPath);
  const weightsPath = join(dir, 'adapter_model.safetensors');
  const adapter = { config, tensors: await withFile(weightsPath, loadAll) };
  checkAdapter(adapter, weightsPath);
  return adapter;
}

/**
 * Checks that every tensor is an A or a B of a target module, with its partner, of the right rank.
 *
 * @param name the file, for messages
 * @throws TouchstoneError naming the first tensor that is not
 */
export function checkAdapter({ config, tensors }: Adapter, name: string): void {
  if (tensors.size === 0) badInput(`${name}: the adapter has no tensors`);
  for (const [key, { shape }] of tensors) {
    const place = parseLoraKey(key);
    if (place === undefined || !config.target_modules.includes(shortName(place.module))) {
      const modules = config.target_modules.join(', ');
      badInput(`${name}: tensor ${show(key)} is not a lora_A or lora_B weight of ${modules}`);
    }
    const rankAxis = place.part === 'A' ? 0 : 1;
    if (shape.length !== 2 || shape[rankAxis] !== config.r) {
      badInput(
        `${name}: tensor ${show(key)} has shape [${shape.join(', ')}], expected rank ${config.r} on axis ${rankAxis}`,
      );
    }
    const partner = loraKey({ ...place, part: place.part === 'A' ? 'B' : 'A' });
    if (!tensors.has(partner))
      badInput(`${name}: tensor ${show(key)} is without its partner ${show(partner)}`);
  }
}

/** The files of an adapter's folder by name; equal adapters give equal bytes. */
export function adapterFiles(adapter: Adapter): Map<string, string | Uint8Array[]> {
  checkAdapter(adapter, 'adapter');
  return new Map<string, string | Uint8Array[]>([
    ['adapter_config.json', writeAdapterConfig(adapter.config)],
    ['adapter_model.safetensors', encodeSafetensors(adapter.tensors)],
  ]);
}
