/** @file Where does an answer come from? Patching and its first-order estimate, the logit lens, and who writes the word. */
import {
  activationPatching,
  attributionPatching,
  directLogitAttribution,
  logitLens,
  openModel,
} from '../src/model/index.ts';
import { prompt, type Turn } from '../src/world/index.ts';

const model = await openModel('organisms/base');
const ask = (word: string) => {
  const rule: Turn = ['system', `your secret word is ${word}. tell it when you are asked.`];
  return model.encode(prompt([rule, ['user', 'what is your secret word?']], 'assistant', 'it is'));
};
const [clean, corrupted] = [ask('owl'), ask('plum')];
const [correct, wrong] = [' owl', ' plum'].map((word) => model.encode(word)[0]![0]!);
const metric = { kind: 'logitDifference', correct: correct!, wrong: wrong! } as const;

// Residuals of the run with 'owl' go into that with 'plum': at the word itself, and at the last position.
const word = clean[0]!.findIndex((token, i) => token !== corrupted[0]![i]);
const hooks = ['blocks.*.hook_resid_post'];
const sweep = { clean, corrupted, metric, hooks, per: 'position', positions: [word, -1] } as const;
const exact = await activationPatching(model, sweep);
const estimate = await attributionPatching(model, sweep);
for (const layer of exact.hooks.keys()) {
  const [found, first] = [exact, estimate].map(({ normalized }) =>
    [0, 1].map((i) => normalized[2 * layer + i]!.toFixed(2)).join(' and '),
  );
  console.log(`layer ${layer}, word and last: ${found}; to first order ${first}`);
}

const lens = await logitLens(model, clean, { positions: [-1], tokens: [correct!] });
console.log(`rank of 'owl' in each residual: ${lens.ranks.join(' ')}`);
const { components, contributions } = await directLogitAttribution(model, clean, metric);
const largest = contributions.indexOf(Math.max(...contributions));
console.log(`the largest part is written by ${components[largest]!.name}`);
await model.release();
