/** @file Trains two dictionaries in a process of its own: node trainer.mjs DIST_INDEX FOLDER. Prints each step. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [index, folder] = process.argv.slice(2);
const { rowsInMemory, trainDictionaries } = await import(pathToFileURL(index).href);

/** A plain generator: the rows need only be the same each time. */
const data = new Float32Array(2000 * 8);
for (let i = 0, state = 1; i < data.length; i++) {
  state = (state * 48271) % 2147483647;
  data[i] = state / 2147483647 - 0.5;
}
const config = { d_in: 8, d_sae: 24 };
const plans = [
  { name: 'topk', config: { ...config, architecture: 'topk', k: 3 }, deadAfter: 600 },
  { name: 'gated', config: { ...config, architecture: 'gated' }, resample: { every: 20 } },
];
const dictionaries = await trainDictionaries(plans, rowsInMemory({ data, width: 8 }), {
  steps: 120,
  batch: 100,
  checkpoint: { path: join(folder, 'checkpoint.safetensors'), every: 7 },
  history: join(folder, 'history.jsonl'),
  onStep: ([{ step }]) => console.log(step),
});
const weights = dictionaries.flatMap(({ tensors }) => [...tensors.values()]);
console.log(weights.map(({ data }) => Buffer.from(data.buffer).toString('base64')).join());
