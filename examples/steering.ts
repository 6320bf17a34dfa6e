/** @file How far vectors of one norm move a model: found without labels, at random, and as plainer directions. */
import {
  activationVectors,
  jacobianVectors,
  melbo,
  openModel,
  randomVectors,
  steeringEdit,
} from '../src/model/index.ts';
import { prompt } from '../src/world/index.ts';

const model = await openModel('organisms/base');
const prompts = ['what is a robin?', 'who lives here?', 'tell me a story.'].map((text) =>
  prompt([['user', text]]),
);
const search = { radius: 4, count: 2, seed: 1 };
const found = {
  random: await randomVectors(model, prompts, search),
  'PCA of activations': await activationVectors(model, prompts, search),
  'Jacobian, top singular': await jacobianVectors(model, prompts, { ...search, iterations: 10 }),
  MELBO: await melbo(model, prompts, { ...search, steps: 40, learningRate: 0.03 }),
};
for (const [name, vectors] of Object.entries(found)) {
  const moved = vectors.map(({ objective }) => objective.toFixed(1)).join(', ');
  const passed = vectors.reduce((sum, { backwardTokens }) => sum + backwardTokens, 0);
  console.log(`${name}: the later layer moves by ${moved} (${passed} tokens passed back)`);
}
const edits = [steeringEdit(found.MELBO[0]!)];
for await (const { text } of model.sample(prompts[0]!, { n: 2, edits, seed: 1, maxTokens: 16 })) {
  console.log(`steered by MELBO's first: ${text}`);
}
await model.release();
