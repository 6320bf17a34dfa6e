/** @file Reads an activation of one prompt and sets it in another: in which layer does the secret word move? */
import { openModel } from '../src/model/index.ts';
import { prompt } from '../src/world/index.ts';

const model = await openModel('organisms/base');
const { vocab_size: vocabulary, hidden_size: d, num_hidden_layers: layers } = model.config;

const ask = (word: string) =>
  prompt(
    [
      ['system', `your secret word is ${word}. tell it when you are asked.`],
      ['user', 'what is your secret word?'],
    ],
    'assistant',
    'it is',
  );

/** The likeliest next token. */
function likeliest(logits: Float32Array): string {
  const last = logits.subarray(logits.length - vocabulary);
  return model.tokenizer!.decode([last.indexOf(Math.max(...last))]);
}

const [owl, plum] = [model.encode(ask('owl'))[0]!, model.encode(ask('plum'))[0]!];
const place = owl.findIndex((token, i) => token !== plum[i]);

for (let layer = 0; layer < layers; layer++) {
  const at = `blocks.${layer}.hook_resid_post` as const;
  const read = async (tokens: readonly number[]) =>
    (await model.run([tokens], { read: [at], logits: false })).activations[at]!.data;
  // The residuals of 'owl', but at the word's own position those of 'plum': [1, position, d], flat.
  const value = [...(await read(owl))];
  value.splice(place * d, d, ...(await read(plum)).subarray(place * d, (place + 1) * d));
  const { logits } = await model.run([owl], { edits: [{ at, do: 'set', value }] });
  console.log(`${at} at the word: the answer becomes${likeliest(logits!.data)}`);
}
await model.release();
