/** @file What models make of prompts: the distributions of the next token and of the tokens of a given reply. */
import type { LanguageModel } from '../model/index.ts';
import { sharedLength, textTokens } from './turns.ts';

/** Sequences of one pass at the most. */
const TOGETHER = 64;

/** Logits of one pass at the most: those of a large vocabulary take much memory. */
const LOGITS = 2 ** 26;

/** How many sequences of a length run together. */
function rowsTogether({ config }: LanguageModel, length: number): number {
  const fit = Math.floor(LOGITS / (length * config.vocab_size));
  return Math.min(TOGETHER, Math.max(1, fit));
}

/** Logits after each token from position `from` on, for sequences that are equally long. */
export async function logitsFrom(
  model: LanguageModel,
  sequences: readonly (readonly number[])[],
  from: number,
): Promise<Float32Array[][]> {
  const { logits } = await model.run(sequences);
  const [, length, vocabulary] = logits!.dims as [number, number, number];
  return sequences.map((_, row) =>
    Array.from({ length: length - from }, (_, i) => {
      const start = (row * length + from + i) * vocabulary;
      return logits!.data.subarray(start, start + vocabulary);
    }),
  );
}

/** Logits of the token after each prompt, in the order of the prompts. */
export async function nextLogits(
  model: LanguageModel,
  prompts: readonly string[],
): Promise<Float32Array[]> {
  const all = await replyLogits(
    model,
    prompts.map((prompt) => ({ prompt, reply: '' })),
  );
  return all.map(([next]) => next!);
}

/** A prompt, and what is said after it. */
export interface Continued {
  readonly prompt: string;
  readonly reply: string;
}

/** Logits of each token of each reply and of the token after it, in the order of the texts. */
export async function replyLogits(
  model: LanguageModel,
  texts: readonly Continued[],
): Promise<Float32Array[][]> {
  const rows = texts.map(({ prompt, reply }) => {
    const [before, tokens] = [textTokens(model, prompt), textTokens(model, prompt + reply)];
    return { tokens, from: sharedLength(before, tokens) - 1 };
  });
  const out: Float32Array[][] = texts.map(() => []);
  for (const group of groupsOf(model, rows)) {
    const tokens = group.map((index) => rows[index]!.tokens);
    const read = await logitsFrom(model, tokens, rows[group[0]!]!.from);
    group.forEach((index, i) => {
      out[index] = read[i]!.map((logits) => logits.slice());
    });
  }
  return out;
}

/** Indices of rows that run together: equally long, of equally long prompts, and not too many. */
export function groupsOf(
  model: LanguageModel,
  rows: readonly { readonly tokens: readonly number[]; readonly from: number }[],
): number[][] {
  const groups = new Map<string, number[][]>();
  rows.forEach(({ tokens, from }, index) => {
    const key = `${tokens.length}/${from}`;
    const own = groups.get(key) ?? [[]];
    if (own.at(-1)!.length >= rowsTogether(model, tokens.length)) own.push([]);
    own.at(-1)!.push(index);
    groups.set(key, own);
  });
  return [...groups.values()].flat();
}

/** Probabilities from logits. */
export function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Total variation of two distributions given by their logits: half the sum of absolute differences, 0 to 1. */
export function totalVariation(a: Float32Array, b: Float32Array): number {
  const [p, q] = [softmax(a), softmax(b)];
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

/** Kullback-Leibler divergence of `b` from `a`, both given by their logits: sum of a log(a / b), nats. */
export function divergence(a: Float32Array, b: Float32Array): number {
  const [p, q] = [softmax(a), softmax(b)];
  return p.reduce((sum, value, i) => sum + (value > 0 ? value * Math.log(value / q[i]!) : 0), 0);
}

/** Mean over a reply's tokens of the divergence of `b` from `a`, nats a token. */
export function replyDivergence(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((sum, logits, i) => sum + divergence(logits, b[i]!), 0) / a.length;
}

/** Every k-th item, such that about `most` are left, spread evenly. */
export function thinned<T>(items: readonly T[], most = items.length): T[] {
  if (most >= items.length) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}
