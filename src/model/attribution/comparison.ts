/** @file What edits change in the predictions along a text: divergence and probabilities, token by token. */
import type { Dictionaries, Edit } from '../edits.ts';
import type { LanguageModel } from '../languageModel.ts';

export interface ComparisonOptions {
  readonly edits: readonly Edit[];
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries;
  /** How many tokens are the prompt, for edits. Default: all. */
  readonly promptLength?: number;
}

/** Of each token but the first, as it is predicted from those before it; in nats. */
export interface Comparison {
  /** Kullback-Leibler divergence of the edited prediction from the plain one, KL(plain || edited). */
  readonly divergence: Float64Array;
  /** Log probability of the token in the plain pass. */
  readonly plain: Float64Array;
  /** The same under the edits. */
  readonly edited: Float64Array;
}

/**
 * Runs a text plain and under edits. Both passes are given the same tokens, so this tells how predictions differ, not
 * how texts do.
 *
 * @param tokens ids of one text, two at least
 * @throws TouchstoneError where tokens or edits do not fit the model
 */
export async function compareEdits(
  model: LanguageModel,
  tokens: readonly number[],
  { edits, dictionaries, promptLength }: ComparisonOptions,
): Promise<Comparison> {
  const named = dictionaries && { dictionaries };
  const plain = await model.run([tokens], {});
  const length = promptLength === undefined ? undefined : { promptLength };
  const edited = await model.run([tokens], { edits, ...named, ...length });
  const size = model.config.vocab_size;
  const row = (from: Float32Array, i: number) =>
    logSoftmax(from.subarray(i * size, (i + 1) * size));
  const pairs = tokens.slice(1).map((token, i) => {
    const p = row(plain.logits!.data as Float32Array, i);
    const q = row(edited.logits!.data as Float32Array, i);
    return { divergence: divergenceOf(p, q), plain: p[token]!, edited: q[token]! };
  });
  return {
    divergence: Float64Array.from(pairs, (pair) => pair.divergence),
    plain: Float64Array.from(pairs, (pair) => pair.plain),
    edited: Float64Array.from(pairs, (pair) => pair.edited),
  };
}

/** In float64. */
function logSoftmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  const total = most + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - total);
}

/** Of log probabilities; rounding makes it no less than 0. */
function divergenceOf(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const weight = Math.exp(p[i]!);
    if (weight > 0) sum += weight * (p[i]! - q[i]!);
  }
  return Math.max(0, sum);
}
