/** @file Attacks on activations and training against them, against plain arithmetic over `run`. */
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  type HookName,
  type LanguageModel,
  type LatentExample,
  Lora,
  latentAdversarialTraining,
  latentAttack,
} from '../../../src/model/index.ts';
import { randomStream } from '../../../src/tensor/index.ts';
import { bits, randomTokens, refusal, tinyModel } from '../support.ts';

const model = tinyModel();
const d = model.config.hidden_size;
const at: HookName[] = ['hook_embed', 'blocks.0.hook_resid_post'];
const [one, two] = randomTokens(2, 5, 1) as [number[], number[]];
const examples: LatentExample[] = [
  { prompt: one, wanted: [3, 4], unwanted: [7, 8, 9] },
  { prompt: two.slice(0, 3), wanted: [5], unwanted: [6, 2] },
];
const length = 8;

/** Probabilities of a completion's tokens, with the perturbation of an example's prompt. */
async function probabilities(
  of: LanguageModel,
  prompt: readonly number[],
  completion: readonly number[],
  perturbation: (hook: HookName) => Float32Array = () => new Float32Array(length * d),
): Promise<number[]> {
  const tokens = [...prompt, ...completion];
  const edits = at.flatMap((hook): Edit[] =>
    tokens.map((_, p) => ({
      at: hook,
      do: 'add',
      vector: [...perturbation(hook).subarray(p * d, (p + 1) * d)],
      positions: [p],
    })),
  );
  const { logits } = await of.run([tokens], { edits });
  const vocab = logits!.dims[2]!;
  return completion.map((token, i) => {
    const start = (prompt.length - 1 + i) * vocab;
    const row = [...logits!.data.subarray(start, start + vocab)];
    const sum = row.reduce((s, value) => s + Math.exp(value), 0);
    return Math.exp(row[token]!) / sum;
  });
}

const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
const toward = (p: readonly number[]) => mean(p.map((x) => -Math.log(x)));
const away = (p: readonly number[]) => mean(p.map((x) => -Math.log(1 - x)));

/** The targeted attack's loss at a perturbation, written out. */
async function targetedLoss(perturbations?: ReadonlyMap<HookName, Float32Array>): Promise<number> {
  const losses: number[] = [];
  for (const [i, { prompt, wanted, unwanted }] of examples.entries()) {
    const own = (hook: HookName) =>
      perturbations
        ? perturbations.get(hook)!.subarray(i * length * d, (i + 1) * length * d)
        : new Float32Array(length * d);
    losses.push(
      0.5 * toward(await probabilities(model, prompt, unwanted!, own)) +
        0.5 * away(await probabilities(model, prompt, wanted, own)),
    );
  }
  return mean(losses);
}

const radius = 0.8;

describe('an attack', () => {
  test('has the loss of its formula before and after, and makes it smaller', async () => {
    const found = await latentAttack(model, examples, { at, radius, steps: 8 });
    expect(found.before).toBeCloseTo(await targetedLoss(), 4);
    expect(found.after).toBeCloseTo(await targetedLoss(found.perturbations), 4);
    expect(found.after).toBeLessThan(found.before - 0.1);
  });

  test('stays in the ball at every token of the prompts, and is nothing behind them', async () => {
    const { perturbations } = await latentAttack(model, examples, { at, radius, learningRate: 1 });
    for (const data of perturbations.values()) {
      examples.forEach(({ prompt }, i) => {
        for (let p = 0; p < length; p++) {
          const start = (i * length + p) * d;
          const norm = Math.hypot(...data.subarray(start, start + d));
          if (p >= prompt.length) expect(norm).toBe(0);
          else expect(norm).toBeLessThan(radius * (1 + 1e-6));
        }
      });
    }
  });

  test('without a target makes the wanted completion unlikely', async () => {
    const untargeted = examples.map(({ prompt, wanted }) => ({ prompt, wanted }));
    const found = await latentAttack(model, untargeted, { at, radius, steps: 8 });
    const plain: number[] = [];
    for (const { prompt, wanted } of untargeted) {
      plain.push(toward(await probabilities(model, prompt, wanted)));
    }
    expect(found.before).toBeCloseTo(-mean(plain), 4);
    expect(found.after).toBeLessThan(found.before - 0.1);
  });

  test.each([
    [{ radius: 0 }, 'radius 0'],
    [{ at: [] }, 'an attack at no hook point'],
    [{ at: ['blocks.0.attn.hook_z' as const] }, "an attack at 'blocks.0.attn.hook_z'"],
    [{ steps: -1 }, '-1 steps of attack'],
  ])('refuses %j', async (wrong, message) => {
    const error = await refusal(() => latentAttack(model, examples, { at, radius, ...wrong }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });

  test('refuses a target where an example has none', async () => {
    const some = [examples[0]!, { prompt: one, wanted: [1] }];
    const error = await refusal(() => latentAttack(model, some, { at, radius, targeted: true }));
    expect(error.message).toBe('a targeted attack');
  });
});

const fresh = () =>
  Lora.initialize(model.weights, { rank: 4, alpha: 8 }, randomStream(1, 'init').at('adapter'));

const training = {
  at,
  radius,
  steps: 6,
  rounds: 8,
  batch: () => examples,
  outerLearningRate: 0.02,
};

describe('latent adversarial training', () => {
  test('leaves a model that attacks move less than one that was tuned on the same examples without attacks', async () => {
    const [hardened, tuned] = [fresh(), fresh()];
    await latentAdversarialTraining(model, { ...training, lora: hardened });
    await latentAdversarialTraining(model, { ...training, lora: tuned, attack: false });
    const attack = { at, radius, steps: 12 };
    const against = async (lora: Lora) =>
      (await latentAttack(model, examples, { ...attack, lora })).after;
    expect(await against(hardened)).toBeGreaterThan(await against(tuned));
  });

  test('gives the same bits again', async () => {
    const [a, b] = [fresh(), fresh()];
    for (const lora of [a, b]) {
      await latentAdversarialTraining(model, { ...training, rounds: 2, lora });
    }
    for (const [name, array] of a.parameters()) {
      expect(bits(b.parameters().get(name)!)).toEqual(bits(array));
    }
  });

  test('under a penalty on other texts stays nearer to what it was there', async () => {
    const rows = randomTokens(4, 8, 5);
    const [free, kept] = [fresh(), fresh()];
    const keep = { rows: () => rows, weight: 5 };
    await latentAdversarialTraining(model, { ...training, lora: free });
    await latentAdversarialTraining(model, { ...training, lora: kept, keep });
    const drift = async (lora: Lora) => {
      const merged = model.withMerged(lora);
      const [a, b] = [await model.run(rows), await merged.run(rows)];
      await merged.release();
      return a.logits!.data.reduce((s, value, i) => s + Math.abs(value - b.logits!.data[i]!), 0);
    };
    expect(await drift(kept)).toBeLessThan(0.5 * (await drift(free)));
  });
});
