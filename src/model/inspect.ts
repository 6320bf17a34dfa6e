/** @file What a model is, from its headers alone: no weight is read. */
import { type ModelConfig, parseConfig } from './config.ts';
import { isGguf, openTokenizer } from './files.ts';
import { join, readJson, withFile } from './folder.ts';
import { inspectGguf } from './gguf/model.ts';
import { type HookName, hookNames, hookSizes } from './hooks.ts';
import { withWeights } from './shards.ts';
import type { Tokenizer } from './tokenizer.ts';
import { parameterCount, storedNames, type TensorSource } from './weights.ts';

/** A hook point and the shape of what is read there; names stand for what a run decides. */
export interface HookReport {
  readonly name: HookName;
  readonly shape: readonly (number | string)[];
}

/** What a model is. */
export interface ModelReport {
  readonly config: ModelConfig;
  readonly parameters: number;
  /** Tensors by the element type that they are stored as. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly tokenizer: Tokenizer | undefined;
  readonly hooks: readonly HookReport[];
}

/**
 * Reads the headers of a Hugging Face folder or a GGUF file.
 *
 * @throws TouchstoneError naming the file and the field where it is no model, or tensors do not fit the config
 */
export async function inspectModel(path: string): Promise<ModelReport> {
  if (isGguf(path)) {
    const { config, tokenizer, tensors } = await withFile(path, inspectGguf);
    return reportOf(config, tokenizer, tensors);
  }
  const name = join(path, 'config.json');
  const config = parseConfig(await readJson(name), name);
  const tokenizer = await openTokenizer(path);
  return withWeights(path, async (source) => reportOf(config, tokenizer, source));
}

function reportOf(
  config: ModelConfig,
  tokenizer: Tokenizer | undefined,
  source: TensorSource,
): ModelReport {
  const dtypes: Record<string, number> = {};
  for (const stored of storedNames(config, source).values()) {
    const type = source.types.get(stored)!;
    dtypes[type] = (dtypes[type] ?? 0) + 1;
  }
  const parameters = parameterCount(config);
  return { config, parameters, dtypes, tokenizer, hooks: hooksOf(config) };
}

/** All hook points with their shapes. */
export function hooksOf(config: ModelConfig): HookReport[] {
  return hookNames(config).map((name) => {
    const sizes = hookSizes(name, config);
    const shape = sizes ?? [config.num_attention_heads, 'query', 'key'];
    return { name, shape: sizes ? ['batch', 'position', ...shape] : ['batch', ...shape] };
  });
}
