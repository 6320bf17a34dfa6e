/** @file Likelihood of given texts under a model. */
import { badUsage, crossEntropy, input } from '../tensor/index.ts';
import { checkTokenIds, forwardGraph, sequenceInputs, tokenTensor } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';

const ROWS_TOGETHER = 64;

/**
 * Mean negative log-likelihood in nats of each sequence's tokens from position `from[i]` on (the first
 * token has nothing before it and never counts); NaN where there are none.
 *
 * @throws TouchstoneError where a sequence is too long or has ids that the model does not
 */
export async function scoreSequences(
  model: LanguageModel,
  sequences: readonly (readonly number[])[],
  from: readonly number[],
): Promise<number[]> {
  checkSequences(model, sequences, from);
  const out = new Array<number>(sequences.length).fill(Number.NaN);
  const order = sequences
    .map((_, i) => i)
    .filter((i) => sequences[i]!.length > Math.max(1, from[i]!));
  order.sort((a, b) => sequences[a]!.length - sequences[b]!.length);
  for (let i = 0; i < order.length; i += ROWS_TOGETHER) {
    const group = order.slice(i, i + ROWS_TOGETHER);
    const losses = await tokenLosses(
      model,
      group.map((index) => sequences[index]!),
    );
    group.forEach((index, row) => {
      const start = Math.max(1, from[index]!) - 1;
      const own = losses[row]!.subarray(start, sequences[index]!.length - 1);
      out[index] = own.reduce((a, b) => a + b, 0) / own.length;
    });
  }
  return out;
}

function checkSequences(
  { config }: LanguageModel,
  sequences: readonly (readonly number[])[],
  from: readonly number[],
): void {
  if (from.length !== sequences.length) {
    badUsage(`${from.length} starts for ${sequences.length} sequences`, 'give one for each');
  }
  const wrong = from.find((start) => !Number.isInteger(start) || start < 0);
  if (wrong !== undefined) badUsage(`a start of ${wrong}`, 'a start is a whole number from 0');
  for (const sequence of sequences) {
    checkTokenIds(sequence, config);
    // The last token is predicted, never read.
    const longest = config.max_position_embeddings + 1;
    if (sequence.length > longest) {
      badUsage(`a sequence of ${sequence.length} tokens`, `the model scores at most ${longest}`);
    }
  }
}

/** -log p of token t + 1 given tokens 0..t, for every t; rows are padded at the end, which no earlier position sees. */
async function tokenLosses(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  const length = Math.max(...rows.map((row) => row.length)) - 1;
  const padded = rows.map((row) => Array.from({ length: length + 1 }, (_, i) => row[i] ?? 0));
  const program = model.program('score', { baked: false }, () => {
    const graph = forwardGraph(model.config, sequenceInputs(model.config), [], []);
    return { loss: crossEntropy(graph.logits(), input('targets', 'int64', ['batch', 'seq'])) };
  });
  const { loss } = await program.run({
    ...model.feeds,
    ...model.sequenceFeeds(padded.map((row) => row.slice(0, length))),
    targets: tokenTensor(
      model.runtime,
      padded.map((row) => row.slice(1)),
    ),
  });
  const data = loss!.data as Float32Array;
  return rows.map((_, i) => data.subarray(i * length, (i + 1) * length));
}
