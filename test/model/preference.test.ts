/** @file Preference training: its loss against the formula over scored texts, and what becomes likelier. */
import { describe, expect, test } from 'vitest';
import {
  type LanguageModel,
  Lora,
  type Preference,
  type PreferenceOptions,
  trainPreferences,
} from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { randomTokens, refusal, tinyModel } from './support.ts';

const pairs: Preference[] = [4, 6, 5].map((length, i) => ({
  prompt: randomTokens(1, length, i)[0]!,
  chosen: randomTokens(1, 2 + i, 10 + i)[0]!,
  rejected: randomTokens(1, 4 - i, 20 + i)[0]!,
}));

const adapters = (model: LanguageModel) =>
  Lora.initialize(model.weights, { rank: 2, alpha: 4 }, randomStream(1, 'init'));

/** Surprise at each answer in nats, summed over its tokens, by scoring the texts one by one. */
async function surprises(model: LanguageModel, of: 'chosen' | 'rejected'): Promise<number[]> {
  const sums: number[] = [];
  for (const pair of pairs) {
    const text = [...pair.prompt, ...pair[of]];
    const [mean] = await model.negativeLogLikelihood([text], [pair.prompt.length]);
    sums.push(mean! * pair[of].length);
  }
  return sums;
}

/** log p(chosen) - log p(rejected), pair by pair. */
async function margins(model: LanguageModel): Promise<number[]> {
  const [chosen, rejected] = [await surprises(model, 'chosen'), await surprises(model, 'rejected')];
  return chosen.map((own, i) => rejected[i]! - own);
}

/** Rafailov et al. 2023, equation 7, and the mean surprise at chosen tokens, pair by pair. */
async function plainLoss(
  model: LanguageModel,
  reference: LanguageModel,
  beta: number,
  imitation: number,
) {
  const [now, then] = [await margins(model), await margins(reference)];
  const preference = now.map((margin, i) => Math.log1p(Math.exp(-beta * (margin - then[i]!))));
  const imitated = (await surprises(model, 'chosen')).map(
    (sum, i) => sum / pairs[i]!.chosen.length,
  );
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return mean(preference) + imitation * mean(imitated);
}

const options = (lora: Lora, rest: Partial<PreferenceOptions> = {}): PreferenceOptions => ({
  steps: 6,
  learningRate: 1e-2,
  lora,
  batch: () => pairs,
  ...rest,
});

describe('preference training', () => {
  test.each([
    [0.1, 1],
    [0.7, 0],
  ])(
    'with beta %s and imitation %s has the loss of the formula, at first and after steps',
    async (beta, imitation) => {
      const model = tinyModel();
      const lora = adapters(model);
      const losses = await trainPreferences(model, options(lora, { beta, imitation, steps: 2 }));
      expect(losses[0]).toBeCloseTo(await plainLoss(model, model, beta, imitation), 4);
      // The first step is the same however many follow.
      const one = adapters(model);
      await trainPreferences(model, options(one, { beta, imitation, steps: 1 }));
      const stepped = await plainLoss(model.withMerged(one), model, beta, imitation);
      expect(losses[1]).toBeCloseTo(stepped, 4);
      expect(losses[1]!).toBeLessThan(losses[0]!);
    },
  );

  test('makes chosen answers likelier against rejected ones, and leaves the model as it is', async () => {
    const model = tinyModel();
    const before = model.weights.clone();
    const lora = adapters(model);
    const then = await margins(model);
    const losses = await trainPreferences(model, options(lora, { steps: 20 }));
    const now = await margins(model.withMerged(lora));
    now.forEach((margin, i) => void expect(margin).toBeGreaterThan(then[i]!));
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    for (const [name, data] of model.weights.fused) expect(data).toEqual(before.fused.get(name));
  });

  test.each([
    [{ steps: -1 }, /-1 steps/],
    [{ beta: 0 }, /beta 0/],
    [{ imitation: -1 }, /imitation -1/],
    [{ batch: () => [{ ...pairs[0]!, chosen: [] }] }, /empty prompt or answer/],
  ])('refuses %o', async (rest, message) => {
    const model = tinyModel();
    const lora = adapters(model);
    const { message: said } = await refusal(() => trainPreferences(model, options(lora, rest)));
    expect(said).toMatch(message);
  });
});
