/** @file Samples with noise at one layer, fresh at every position and decoding step, beside plain samples. */
import { type Edit, openModel } from '../src/model/index.ts';
import { prompt } from '../src/world/index.ts';

const model = await openModel('organisms/base');
const question = prompt([['user', 'what is a robin?']]);

for (const scale of [0, 0.4, 1.6]) {
  // In units of the residual's root mean square at each position.
  const noise: Edit = { at: 'blocks.3.hook_resid_post', do: 'noise', scale, seed: 7 };
  console.log(`noise ${scale}:`);
  const options = { n: 4, maxTokens: 24, seed: 1, edits: [noise] };
  for await (const { text } of model.sample(question, options)) console.log(`  ${text}`);
}

// A sample is a function of its prompt, its index, the seed and the options: alone or in a batch, it is the same.
const one: string[] = [];
for await (const { text } of model.sample(question, { first: 2, n: 1, maxTokens: 24, seed: 1 })) {
  one.push(text);
}
console.log(`sample 2 by itself: ${one[0]}`);
await model.release();
