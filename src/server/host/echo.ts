/** @file A prompt told back, with how likely the model found each of its tokens. */
import { tokenLog } from '../../model/index.ts';
import type { CompleteOrder, Echo, TokenReport } from '../line.ts';
import { read, type Served } from './complete.ts';

/** The prompt as text, and its tokens' log probabilities where they are asked for. */
export async function echoOf(
  served: Served,
  prompt: readonly number[],
  { edits, logProbabilities }: Pick<CompleteOrder, 'edits' | 'logProbabilities'>,
): Promise<Echo> {
  const { tokenizer } = served.model;
  const text = tokenizer?.decode(prompt) ?? prompt.join(' ');
  if (logProbabilities === undefined) return { text, tokens: [] };
  const logs = await promptLogs(served, prompt, edits, logProbabilities);
  const starts = startsOf(served, prompt);
  const tokens = prompt.map((token, i): TokenReport => {
    const log = logs[i - 1];
    const own = read(served.texts, log ?? { token, logProbability: null });
    return { ...own, start: starts[i]!, top: (log?.top ?? []).map((x) => read(served.texts, x)) };
  });
  return { text, tokens };
}

/** Of each token but the first. */
async function promptLogs(
  { model, dictionaries }: Served,
  prompt: readonly number[],
  edits: CompleteOrder['edits'],
  count: number,
) {
  const { logits } = await model.run([prompt], { edits, dictionaries });
  const size = model.config.vocab_size;
  return prompt.slice(1).map((token, i) => {
    return tokenLog(logits!.data.subarray(i * size, (i + 1) * size), token, count);
  });
}

/** Where each token's text begins. */
function startsOf({ model }: Served, prompt: readonly number[]): number[] {
  const stream = model.tokenizer?.stream();
  let length = 0;
  return prompt.map((token, i) => {
    const start = length;
    length += (stream?.push(token) ?? `${i === 0 ? '' : ' '}${token}`).length;
    return start;
  });
}
