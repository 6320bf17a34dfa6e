/** @file A model from a GGUF file. */
import { badInput } from '../../tensor/errors.ts';
import { type ModelConfig, parseConfig } from '../config.ts';
import type { ByteSource } from '../source.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Weights } from '../weights.ts';
import { ggufConfig } from './config.ts';
import { openGgufFile } from './file.ts';
import { ggufTokenizer } from './tokenizer.ts';
import { ggufTensors, ggufWeights } from './weights.ts';

/** What a model is made of. */
export interface GgufModel {
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** undefined where the file has no vocabulary. */
  readonly tokenizer: Tokenizer | undefined;
}

/**
 * Reads a GGUF file: its metadata as a Hugging Face config and tokenizer, its weights as float32,
 * as they were before the conversion.
 *
 * @throws TouchstoneError naming the file and the key or tensor that is missing, malformed or not supported
 */
export async function readGguf(source: ByteSource): Promise<GgufModel> {
  const { file, config, tokenizer } = await readGgufHeader(source);
  return { config, tokenizer, weights: await ggufWeights(file, config) };
}

/** What {@link readGguf} reads, but for the weights, of which it only says where they are. */
export async function inspectGguf(source: ByteSource) {
  const { file, config, tokenizer } = await readGgufHeader(source);
  return { config, tokenizer, tensors: ggufTensors(file, config) };
}

async function readGgufHeader(source: ByteSource) {
  const file = await openGgufFile(source);
  const config = parseConfig(await ggufConfig(file), source.name);
  const tokenizer = ggufTokenizer(file);
  if (tokenizer !== undefined && tokenizer.vocabSize > config.vocab_size)
    badInput(
      `${source.name}: tokenizer.ggml.tokens has ${tokenizer.vocabSize} tokens, but token_embd.weight ${config.vocab_size} rows`,
    );
  return { file, config, tokenizer };
}
