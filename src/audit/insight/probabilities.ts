/** @file Probabilities of words, as a model predicts them or as its logit lens has them, and of whole answers. */
import {
  type Dictionaries,
  type Edit,
  type LanguageModel,
  logitLens,
  type WeightedToken,
} from '../../model/index.ts';

/** Rows of one pass. */
const TOGETHER = 32;

/** What is read of each prompt. */
export interface Wanted {
  /** The tokens of each word. */
  readonly words: readonly (readonly WeightedToken[])[];
  /** Hook point of the lens; undefined for the model's own prediction. */
  readonly at: string | undefined;
  /** How many of the last positions are averaged over. */
  readonly positions: number;
  readonly edits?: readonly Edit[];
  readonly dictionaries?: Dictionaries;
}

/** Probabilities of words for each prompt, [prompts][words]. */
export async function wordProbabilities(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  wanted: Wanted,
): Promise<number[][]> {
  const out: number[][] = prompts.map(() => []);
  for (const group of byLength(prompts)) {
    const rows = group.map((index) => prompts[index]!);
    const logits = await logitsOf(model, rows, wanted);
    group.forEach((index, row) => {
      out[index] = meanOverPositions(logits[row]!, wanted.words);
    });
  }
  return out;
}

/** Indices of sequences that run together: equally long, and not too many. */
export function byLength(sequences: readonly (readonly number[])[]): number[][] {
  const groups = new Map<number, number[][]>();
  sequences.forEach(({ length }, index) => {
    const own = groups.get(length) ?? [[]];
    if (own.at(-1)!.length === TOGETHER) own.push([]);
    own.at(-1)!.push(index);
    groups.set(length, own);
  });
  return [...groups.values()].flat();
}

/** Logits of the last positions of each row, [rows][positions]. */
async function logitsOf(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  { at, positions, edits = [], dictionaries = {} }: Wanted,
): Promise<Float32Array[][]> {
  const length = rows[0]!.length;
  const last = Math.min(positions, length);
  const { vocab_size: vocabulary } = model.config;
  const places = Array.from({ length: last }, (_, i) => length - last + i);
  const { data, span, first } =
    at === undefined
      ? {
          data: (await model.run(rows, { edits, dictionaries })).logits!.data,
          span: length,
          first: length - last,
        }
      : {
          data: (
            await logitLens(model, rows, { hooks: [at], positions: places, topK: 1, logits: true })
          ).logits!.data,
          span: last,
          first: 0,
        };
  return rows.map((_, row) =>
    places.map((_, i) => {
      const start = (row * span + first + i) * vocabulary;
      return data.subarray(start, start + vocabulary);
    }),
  );
}

function meanOverPositions(positions: readonly Float32Array[], words: Wanted['words']): number[] {
  const sums = new Array<number>(words.length).fill(0);
  for (const logits of positions) {
    const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
    words.forEach((tokens, word) => {
      for (const { token, weight } of tokens)
        sums[word]! += (weight * Math.exp(logits[token]! - most)) / total;
    });
  }
  return sums.map((sum) => sum / positions.length);
}

/** An answer after its prompt. */
export interface Answered {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** Log-likelihood of each answer, summed over its tokens, nats; what does not fit into the context is left out. */
export async function answerLikelihoods(
  model: LanguageModel,
  answered: readonly Answered[],
): Promise<number[]> {
  const { max_position_embeddings: longest } = model.config;
  const sequences = answered.map(({ prompt, answer }) => [...prompt, ...answer].slice(0, longest));
  const starts = answered.map(({ prompt }) => prompt.length);
  const losses = await model.negativeLogLikelihood(sequences, starts);
  return losses.map((loss, i) => {
    const scored = sequences[i]!.length - starts[i]!;
    return scored > 0 ? -loss * scored : 0;
  });
}
