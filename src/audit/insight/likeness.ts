/** @file How alike texts are by the embeddings that a model has learned of their tokens. */
import type { LanguageModel } from '../../model/index.ts';
import { cosine } from './vectors.ts';

/**
 * Cosines of `texts` with `others`, [texts][others]. A text is the sum of its tokens' embeddings, less the mean of all
 * tokens and of unit length, each weighted by ln((n + 1) / texts that have it), n texts and others in all: words that all have say nothing.
 */
export function likenessOf(
  model: LanguageModel,
  texts: readonly string[],
  others: readonly string[],
): number[][] {
  const embed = unitEmbeddings(model);
  const all = [...texts, ...others].map((text) => model.encode(text)[0]!);
  const having = new Map<number, number>();
  for (const tokens of all)
    for (const id of new Set(tokens)) having.set(id, (having.get(id) ?? 0) + 1);
  const rows = all.map((tokens) => {
    const sum = new Float64Array(model.config.hidden_size);
    for (const id of tokens) {
      const weight = Math.log((all.length + 1) / having.get(id)!);
      const row = embed(id);
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * row[i]!;
    }
    return sum;
  });
  return rows
    .slice(0, texts.length)
    .map((row) => rows.slice(texts.length).map((other) => cosine(row, other)));
}

/** Rows of the embedding less their mean, which all share and which says nothing, scaled to length 1. */
function unitEmbeddings({ config, weights }: LanguageModel): (id: number) => Float64Array {
  const { hidden_size: width } = config;
  const name = weights.layout[0]!.name;
  const table = weights.fused.get(name)!;
  const mean = new Float64Array(width);
  for (let at = 0; at < table.length; at++)
    mean[at % width]! += (table[at]! * width) / table.length;
  const known = new Map<number, Float64Array>();
  return (id) => {
    const cached = known.get(id);
    if (cached) return cached;
    const own = table.subarray(id * width, (id + 1) * width);
    const row = Float64Array.from(own, (value, i) => value - mean[i]!);
    const size = Math.hypot(...row) || 1;
    const unit = row.map((value) => value / size);
    known.set(id, unit);
    return unit;
  };
}
