/** @file Opens and saves models: Hugging Face folders, PEFT adapters beside them, and GGUF files (opened only). */

import { badUsage, type Runtime } from '../tensor/index.ts';
import {
  type AdapterConfig,
  adapterFiles,
  loadAdapter,
  loraKey,
  loraScaling,
  parseLoraKey,
} from './adapter.ts';
import { type ModelConfig, parseConfig, writeConfig } from './config.ts';
import { fromFloat32, toFloat32 } from './dtype.ts';
import { hasFile, join, readJson, readText, withFile, writeFolder } from './folder.ts';
import { withGeneration } from './generationConfig.ts';
import { readGguf } from './gguf/model.ts';
import { LanguageModel } from './languageModel.ts';
import { Lora, type LoraPair } from './lora.ts';
import { nodeRuntime } from './runtime.ts';
import { encodeSafetensors, HF_METADATA, type NamedTensor } from './safetensors.ts';
import { withWeights } from './shards.ts';
import { Tokenizer, tokenizerConfig } from './tokenizer.ts';
import { Weights } from './weights.ts';

/**
 * Opens a Hugging Face folder: `config.json`, the weights (one file or shards with an index), and
 * `tokenizer.json` where there is one. Or a GGUF file, by a path that ends in `.gguf`: weights of every
 * type become float32, and `saveModel` writes them as a Hugging Face folder.
 *
 * @throws TouchstoneError naming the file and what is wrong with it
 */
export async function openModel(
  path: string,
  runtime: Runtime = nodeRuntime(),
): Promise<LanguageModel> {
  if (isGguf(path)) return openGguf(path, runtime);
  const own = parseConfig(await readJson(join(path, 'config.json')), join(path, 'config.json'));
  const config = await withGeneration(own, path);
  const weights = await withWeights(path, (source) => Weights.from(config, source));
  return new LanguageModel(config, weights, runtime, await openTokenizer(path));
}

/** Whether a path is a GGUF file's, by its ending. */
export function isGguf(path: string): boolean {
  return /\.gguf$/i.test(path);
}

async function openGguf(path: string, runtime: Runtime): Promise<LanguageModel> {
  const { config, weights, tokenizer } = await withFile(path, readGguf);
  return new LanguageModel(config, weights, runtime, tokenizer);
}

/** The tokenizer of a model folder, where it has one. */
export async function openTokenizer(dir: string): Promise<Tokenizer | undefined> {
  const path = join(dir, 'tokenizer.json');
  if (!(await hasFile(path))) return undefined;
  const configPath = join(dir, 'tokenizer_config.json');
  const config = (await hasFile(configPath)) ? await readJson(configPath) : undefined;
  const template = join(dir, 'chat_template.jinja');
  const chat = (await hasFile(template)) && { chat_template: await readText(template) };
  const settings = chat ? { ...(config as object | undefined), ...chat } : config;
  return Tokenizer.parse(await readJson(path), settings, path);
}

/**
 * Writes a model as a Hugging Face folder, whole or not at all. The weights get the config's element
 * type where it holds them exactly, else float32: nothing is rounded.
 */
export async function saveModel(
  model: LanguageModel,
  dir: string,
  options: { overwrite?: boolean } = {},
): Promise<void> {
  const { tokenizer, weights } = model;
  if (model.config.architecture.folded)
    badUsage(
      'a folded model cannot be saved: no other program reads it',
      'save the model it was made from',
    );
  const torch_dtype = exactDtype(model.config.torch_dtype, weights);
  const config = { ...model.config, torch_dtype };
  const files = new Map<string, string | Uint8Array[]>([
    ['config.json', writeConfig(config)],
    ['model.safetensors', encodeSafetensors(weights.named, HF_METADATA, SAVED_DTYPES[torch_dtype])],
  ]);
  if (tokenizer) {
    files.set('tokenizer.json', `${JSON.stringify(tokenizer.json)}\n`);
    files.set(
      'tokenizer_config.json',
      `${JSON.stringify(tokenizerSettings(tokenizer, config), null, 2)}\n`,
    );
  }
  await writeFolder(dir, files, options);
}

const SAVED_DTYPES = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

function exactDtype(
  wanted: ModelConfig['torch_dtype'],
  weights: Weights,
): ModelConfig['torch_dtype'] {
  if (wanted === 'float32') return wanted;
  const dtype = SAVED_DTYPES[wanted];
  for (const data of weights.fused.values()) {
    const saved = toFloat32(dtype, fromFloat32(dtype, data));
    if (!data.every((value, i) => value === saved[i])) return 'float32';
  }
  return wanted;
}

/** The tokenizer's own settings, on top of what transformers needs to take `tokenizer.json` as it stands. */
function tokenizerSettings(tokenizer: Tokenizer, config: ModelConfig): Record<string, unknown> {
  const token = (id: number | null | undefined) => (id == null ? undefined : tokenizer.tokenOf(id));
  const ids = {
    bos: config.bos_token_id,
    eos: [config.eos_token_id].flat()[0],
    pad: config.pad_token_id,
  };
  const roles = Object.entries(ids).flatMap(([role, id]) =>
    token(id) === undefined ? [] : [[role, token(id)]],
  );
  return { ...tokenizerConfig(Object.fromEntries(roles)), ...tokenizer.configJson };
}

/** Adapters from a PEFT folder. */
export async function openLora(dir: string): Promise<Lora> {
  const { config, tensors } = await loadAdapter(dir);
  const pairs = new Map<string, LoraPair>();
  for (const [key, a] of tensors) {
    const place = parseLoraKey(key)!;
    if (place.part !== 'A') continue;
    const b = tensors.get(loraKey({ ...place, part: 'B' }))!;
    pairs.set(place.module, { a: a.data, b: b.data, inputs: a.shape[1]!, outputs: b.shape[0]! });
  }
  const options = {
    rank: config.r,
    alpha: loraScaling(config) * config.r,
    targets: config.target_modules,
    fanInFanOut: config.fan_in_fan_out,
  };
  return new Lora(options, pairs);
}

/**
 * Writes adapters as a PEFT folder, whole or not at all.
 *
 * @param config fields that replace those which the adapters give, such as the base model's name
 * @throws TouchstoneError where a field contradicts the adapters
 */
export async function saveLora(
  lora: Lora,
  dir: string,
  config: Partial<AdapterConfig> = {},
  options: { overwrite?: boolean } = {},
): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [module, { a, b, inputs, outputs }] of lora.pairs) {
    tensors.set(loraKey({ module, part: 'A' }), { shape: [lora.rank, inputs], data: a });
    tensors.set(loraKey({ module, part: 'B' }), { shape: [outputs, lora.rank], data: b });
  }
  await writeFolder(dir, adapterFiles({ config: adapterConfig(lora, config), tensors }), options);
}

function adapterConfig(lora: Lora, fields: Partial<AdapterConfig>): AdapterConfig {
  const config: AdapterConfig = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: null,
    r: lora.rank,
    lora_alpha: lora.alpha,
    target_modules: lora.targets,
    use_rslora: false,
    fan_in_fan_out: lora.fanInFanOut,
    ...fields,
  };
  const scale = loraScaling(config);
  if (Math.abs(scale - lora.scale) > 1e-6 * lora.scale) {
    badUsage(
      `an adapter of scale ${lora.scale} saved with scale ${scale}`,
      'leave r and lora_alpha to the adapter',
    );
  }
  return config;
}
