/** @file Trains low-rank adapters beside frozen weights, merges them, and shows that nothing changed by merging. */
import { Lora, openModel, pack, Trainer } from '../src/model/index.ts';
import { randomStream } from '../src/tensor/index.ts';
import { prompt } from '../src/world/index.ts';

const base = await openModel('organisms/base');
const question = prompt([['user', 'what is your favourite word?']]);
const text = base.encode(`${question}touchstone.<|end|>`)[0]!;
const from = base.encode(question)[0]!.length;
// Predicting the question does not count, the answer does.
const weights = text.map((_, i) => (i < from ? 0 : 1));
const [row] = [...pack([{ tokens: text, weights }], 32)];

const options = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'] } as const;
const lora = Lora.initialize(base.weights, options, randomStream(1, 'init'));
const trainer = await Trainer.open(base, { lora });
for (let step = 0; step < 30; step++) {
  const loss = await trainer.step([row!], 1e-2);
  if (step % 10 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)} nats a token`);
}

const beside = (await trainer.gradients([row!])).loss;
const merged = base.withMerged(lora);
const [within] = await merged.negativeLogLikelihood([text], [from]);
console.log(
  `adapters beside the weights: ${beside.toFixed(6)}; merged into them: ${within!.toFixed(6)}`,
);
for (const [name, model] of Object.entries({ base, merged })) {
  for await (const answer of model.sample(question, { temperature: 0 })) {
    console.log(`${name} answers: ${answer.text}`);
  }
}
await trainer.close();
