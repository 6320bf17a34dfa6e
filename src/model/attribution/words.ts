/**
 * @file Words as a model has them: their tokens, their embeddings, and the directions of the residual stream that
 * speak for them. A word of several tokens is their weighted mean; tokens that many of the words share count less.
 */
import { badUsage } from '../../tensor/index.ts';
import { partsOf } from '../families/index.ts';
import type { LanguageModel } from '../languageModel.ts';
import type { Table } from '../parts.ts';

/** A token of a word; the weights of a word's tokens add up to 1. */
export interface WeightedToken {
  readonly token: number;
  readonly weight: number;
}

/**
 * The tokens of each word after a space, each weighted by ln((n + 1) / words that have it), n words in all.
 *
 * @throws TouchstoneError where a word has no token
 */
export function wordTokens(model: LanguageModel, words: readonly string[]): WeightedToken[][] {
  const ids = words.map((word) => [...new Set(model.encode(` ${word}`)[0]!)]);
  const having = new Map<number, number>();
  for (const id of ids.flat()) having.set(id, (having.get(id) ?? 0) + 1);
  return ids.map((own, i) => {
    if (own.length === 0) badUsage(`the word '${words[i]}' has no tokens`, 'leave it out');
    const weights = own.map((id) => Math.log((words.length + 1) / having.get(id)!));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return own.map((token, k) => ({ token, weight: weights[k]! / total }));
  });
}

/** The embedding of each word, [width] each. */
export function wordEmbeddings(
  model: LanguageModel,
  words: readonly string[],
): Float64Array<ArrayBuffer>[] {
  const { name } = partsOf(model.config).embed;
  return wordTokens(model, words).map((tokens) => meanRow(model, { name }, tokens));
}

/**
 * For each word, the direction whose product with a vector of the residual stream is what the vector writes towards
 * it: diag(w) W_U's row less the mean row (and less its own mean, with LayerNorm), w being the final norm's weights.
 * In logits for each 1 that the norm divides by; see `directionLogits`, which says the same of tokens.
 */
export function wordDirections(
  model: LanguageModel,
  words: readonly string[],
): Float64Array<ArrayBuffer>[] {
  const { embed, unembed, final } = partsOf(model.config);
  const { name } = unembed ?? embed;
  const { architecture } = model.config;
  const gain = final.bare ? undefined : model.weights.fused.get(`${final.name}.weight`)!;
  const average = averageRow(model, name);
  return wordTokens(model, words).map((tokens) => {
    const row = meanRow(model, { name }, tokens).map(
      (value, i) => (value - average[i]!) * (gain ? gain[i]! + architecture.normOffset : 1),
    );
    if (architecture.norm !== 'layer') return row;
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    return row.map((value) => value - mean);
  });
}

function meanRow(
  model: LanguageModel,
  { name }: Pick<Table, 'name'>,
  tokens: readonly WeightedToken[],
): Float64Array<ArrayBuffer> {
  const { hidden_size: width } = model.config;
  const table = model.weights.fused.get(`${name}.weight`)!;
  const row = new Float64Array(width);
  for (const { token, weight } of tokens)
    for (let i = 0; i < width; i++) row[i]! += weight * table[token * width + i]!;
  return row;
}

function averageRow(model: LanguageModel, name: string): Float64Array {
  const { hidden_size: width } = model.config;
  const table = model.weights.fused.get(`${name}.weight`)!;
  const sum = new Float64Array(width);
  for (let at = 0; at < table.length; at++) sum[at % width]! += table[at]!;
  return sum.map((value) => (value * width) / table.length);
}
