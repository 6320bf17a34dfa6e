/** @file Opens and saves models: Hugging Face folders and PEFT adapters beside them. */
import { join } from 'node:path';
import type { Runtime } from '../tensor/index.ts';
import { type Adapter, type AdapterConfig, adapterFiles, loadAdapter, loraKey, loraScaling, parseLoraKey } from './adapter.ts';
import { parseConfig, writeConfig } from './config.ts';
import { hasFile, readJson, withFile, writeFolder } from './folder.ts';
import { LanguageModel } from './languageModel.ts';
import { Lora, type LoraPair } from './lora.ts';
import { nodeRuntime } from './runtime.ts';
import { encodeSafetensors, HF_METADATA, loadAll, type NamedTensor } from './safetensors.ts';
import { Tokenizer } from './tokenizer.ts';
import { Weights } from './weights.ts';

/** Opens a Hugging Face folder: `config.json`, `model.safetensors`, and `tokenizer.json` where there is one. */
export async function openModel(dir: string, runtime: Runtime = nodeRuntime()): Promise<LanguageModel> {
  const config = parseConfig(await readJson(join(dir, 'config.json')), join(dir, 'config.json'));
  const path = join(dir, 'model.safetensors');
  const tensors = await withFile(path, loadAll);
  const weights = new Weights(config).fill(tensors, path);
  return new LanguageModel(config, weights, runtime, await openTokenizer(dir));
}

async function openTokenizer(dir: string): Promise<Tokenizer | undefined> {
  const path = join(dir, 'tokenizer.json');
  if (!(await hasFile(path))) return undefined;
  const configPath = join(dir, 'tokenizer_config.json');
  const config = (await hasFile(configPath)) ? await readJson(configPath) : undefined;
  return Tokenizer.parse(await readJson(path), config, path);
}

/** Writes a model as a Hugging Face folder, whole or not at all. */
export async function saveModel(model: LanguageModel, dir: string, options: { overwrite?: boolean } = {}): Promise<void> {
  const { config, tokenizer, weights } = model;
  const files = new Map<string, string | Uint8Array[]>([
    ['config.json', writeConfig(config)],
    ['model.safetensors', encodeSafetensors(weights.named, HF_METADATA)],
  ]);
  if (tokenizer) {
    files.set('tokenizer.json', `${JSON.stringify(tokenizer.json)}\n`);
    const settings = tokenizer.configJson ?? { tokenizer_class: 'PreTrainedTokenizerFast' };
    files.set('tokenizer_config.json', `${JSON.stringify(settings, null, 2)}\n`);
  }
  await writeFolder(dir, files, options);
}

/** Adapters from a PEFT folder. */
export async function openLora(dir: string): Promise<Lora> {
  const { config, tensors } = await loadAdapter(dir);
  const pairs = new Map<string, LoraPair>();
  for (const [key, a] of tensors) {
    const place = parseLoraKey(key)!;
    if (place.part !== 'A') continue;
    const b = tensors.get(loraKey({ ...place, part: 'B' }))!;
    pairs.set(moduleName(key), { a: a.data, b: b.data, inputs: a.shape[1]!, outputs: b.shape[0]! });
  }
  const options = { rank: config.r, alpha: loraScaling(config) * config.r, targets: config.target_modules };
  return new Lora(options, pairs);
}

const PREFIX = 'base_model.model.';

function moduleName(key: string): string {
  return key.slice(PREFIX.length).replace(/\.lora_[AB]\.weight$/, '');
}

/** Writes adapters as a PEFT folder; `config` adds to or replaces its fields. */
export async function saveLora(lora: Lora, dir: string, config: AdapterConfig, options: { overwrite?: boolean } = {}): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [module, { a, b, inputs, outputs }] of lora.pairs) {
    tensors.set(`${PREFIX}${module}.lora_A.weight`, { shape: [lora.rank, inputs], data: a });
    tensors.set(`${PREFIX}${module}.lora_B.weight`, { shape: [outputs, lora.rank], data: b });
  }
  const adapter: Adapter = { config, tensors };
  await writeFolder(dir, adapterFiles(adapter), options);
}
