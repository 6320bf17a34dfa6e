/** @file Tiny models and comparisons for the tests of the model layer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  LanguageModel,
  type ModelConfig,
  nodeRuntime,
  parseConfig,
  type Sample,
  type SampleOptions,
} from '../../src/model/index.ts';
import { randomStream, TouchstoneError } from '../../src/tensor/index.ts';

/** One thread: what these tests compare does not depend on the machine. */
export const runtime = nodeRuntime({ threads: 1 });

/** Two layers, four heads in two groups: small, with every part of the architecture. */
export function tinyConfig(fields: Record<string, unknown> = {}): ModelConfig {
  return parseConfig({
    model_type: 'llama',
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 6,
    vocab_size: 40,
    max_position_embeddings: 96,
    bos_token_id: null,
    eos_token_id: null,
    ...fields,
  });
}

/** A model of random weights large enough that its distributions are neither flat nor sharp. */
export function tinyModel(fields: Record<string, unknown> = {}, seed = 1): LanguageModel {
  const model = LanguageModel.create(tinyConfig(fields), runtime, { seed });
  for (const [name, { shape, data }] of model.weights.named) {
    const stream = randomStream(seed, 'test').at(name);
    const spread = /embed|lm_head/.test(name) ? 0.6 : 1 / Math.sqrt(shape[1] ?? 1);
    const one = shape.length === 1;
    for (let i = 0; i < data.length; i++) {
      data[i] = one ? 0.7 + 0.6 * stream.uniform(i) : spread * stream.normal(i);
    }
  }
  return model;
}

/** Rows of random token ids. */
export function randomTokens(rows: number, length: number, seed = 0, vocab = 40): number[][] {
  const reader = randomStream(seed, 'test.tokens').reader();
  return Array.from({ length: rows }, () => Array.from({ length }, () => reader.integer(vocab)));
}

/** The largest difference of two arrays; equal infinities differ by nothing, NaN by everything. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  }
  return largest;
}

/** The bits of an array, for comparisons that tell 0 from -0 and NaN from NaN. */
export function bits(data: Float32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

export async function samplesOf(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions = {},
): Promise<Sample[]> {
  const out: Sample[] = [];
  for await (const sample of model.sample(prompts, options)) out.push(sample);
  return out.sort((a, b) => a.prompt - b.prompt || a.index - b.index);
}

export function softmax(logits: ArrayLike<number>, temperature = 1): number[] {
  const scaled = Array.from(logits, (value) => value / temperature);
  const largest = Math.max(...scaled);
  const weights = scaled.map((value) => Math.exp(value - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Pearson's statistic of counts against probabilities; cells of probability zero must be empty. */
export function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count, i) => {
    const expected = probabilities[i]! * total;
    if (expected === 0) return count === 0 ? sum : Number.POSITIVE_INFINITY;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/**
 * The point that a chi-square variable of `degrees` exceeds once in 10,000 times (Wilson and Hilferty
 * 1931; within 3 % of SciPy's chi2.isf from 5 degrees on).
 */
export function chiSquareLimit(degrees: number): number {
  const z = 3.719;
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + z * Math.sqrt(spread)) ** 3;
}

/** A folder that goes when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'touchstone-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** The TouchstoneError that the work ends in; anything else fails the test. */
export async function refusal(work: () => unknown): Promise<TouchstoneError> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    if (error.message.includes('\n')) throw new Error(`not one line: ${error.message}`);
    return error;
  }
  throw new Error('expected a TouchstoneError, but nothing was thrown');
}
