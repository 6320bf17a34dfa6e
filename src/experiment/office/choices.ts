/** @file How likely a clerk finds each of a few words after a prompt, under edits. */
import type { Edit, LanguageModel } from '../../model/index.ts';

/** Rows of one pass. */
const TOGETHER = 64;

/** Positions of prompts by their number of tokens: equal lengths run together. */
function batches(rows: readonly (readonly number[])[]): number[][] {
  const byLength = new Map<number, number[][]>();
  rows.forEach((tokens, index) => {
    const own = byLength.get(tokens.length) ?? [[]];
    if (own.at(-1)!.length >= TOGETHER) own.push([]);
    own.at(-1)!.push(index);
    byLength.set(tokens.length, own);
  });
  return [...byLength.values()].flat();
}

/** Edits whose noise is drawn apart for each batch. */
function drawnFor(edits: readonly Edit[], batch: number): Edit[] {
  return edits.map((edit) =>
    edit.do === 'noise' ? { ...edit, seed: (edit.seed ?? 0) * 1000 + batch } : edit,
  );
}

/**
 * Logits of `words` after each prompt, in the order of the prompts.
 *
 * @param words each a token of the model
 * @param edits act in the pass; noise differs between prompts
 */
export async function wordLogits(
  model: LanguageModel,
  prompts: readonly string[],
  words: readonly string[],
  edits: readonly Edit[] = [],
): Promise<number[][]> {
  const ids = words.map((word) => model.tokenizer!.idOf(word));
  const rows = model.encode(prompts);
  const out: number[][] = prompts.map(() => []);
  for (const [batch, indices] of batches(rows).entries()) {
    const tokens = indices.map((index) => rows[index]!);
    const { logits } = await model.run(tokens, { edits: drawnFor(edits, batch) });
    const [, length, vocabulary] = logits!.dims as [number, number, number];
    indices.forEach((index, row) => {
      const last = (row * length + length - 1) * vocabulary;
      out[index] = ids.map((id) => logits!.data[last + id]!);
    });
  }
  return out;
}

/** Probabilities of the words among themselves. */
export function softmax(logits: readonly number[], temperature = 1): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - most) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}
