/** @file Training: gradients, what falls, what changes, and going on after a crash. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forwardGraph, sequenceInputs, weightInputs } from '../../src/model/forward.ts';
import {
  type Checkpointing,
  type LanguageModel,
  Lora,
  type Packed,
  pack,
  type TrainingText,
  type TrainOptions,
  train,
} from '../../src/model/index.ts';
import { adapterInputs, Trainer } from '../../src/model/training.ts';
import { compile, type HostTensor, randomStream } from '../../src/tensor/index.ts';
import {
  bits,
  largestDifference,
  randomTokens,
  refusal,
  runtime,
  samplesOf,
  temporaryFolder,
  tinyModel,
} from './support.ts';

const LENGTH = 16;

function rowsOf(texts: readonly TrainingText[], length = LENGTH): Packed[] {
  return [...pack(texts, length)];
}

const texts = [9, 4, 7, 3, 12, 2].map((length, i) => ({ tokens: randomTokens(1, length, i)[0]! }));

/** Mean loss of rows under a model, by one step of rate 0. */
async function lossOf(model: LanguageModel, rows: readonly Packed[], lora?: Lora): Promise<number> {
  const trainer = await Trainer.open(model, lora ? { lora } : {});
  const loss = await trainer.step(rows, 0);
  await trainer.close();
  return loss;
}

/** All weights of a model in one array. */
function weightsOf(model: LanguageModel): Float32Array {
  return Float32Array.from([...model.weights.fused.values()].flatMap((data) => [...data]));
}

const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  steps: 12,
  learningRate: 0.01,
  batch: () => rowsOf(texts),
  ...more,
});

describe('training from scratch', () => {
  test('memorizes a small set of texts', async () => {
    const model = tinyModel();
    const losses = await train(model, options({ steps: 150, learningRate: 0.02 }));
    expect(losses).toHaveLength(150);
    expect(losses[0]).toBeGreaterThan(3);
    // What is left cannot be learned: the texts begin differently with nothing to tell them apart.
    expect(losses.at(-1)!).toBeLessThan(0.5);
  });

  test('gives the same bits again', async () => {
    const [a, b] = [tinyModel(), tinyModel()];
    expect(await train(a, options())).toEqual(await train(b, options()));
    expect(bits(weightsOf(a))).toEqual(bits(weightsOf(b)));
  });

  test('a sample drawn while training is one of the weights of that step', async () => {
    const model = tinyModel();
    const draw = (of: LanguageModel) => samplesOf(of, [[1, 2, 3]], { n: 3, maxTokens: 8 });
    const onStep = async () => {
      const copy = tinyModel();
      for (const [name, data] of copy.weights.fused) data.set(model.weights.fused.get(name)!);
      expect(await draw(model)).toEqual(await draw(copy));
    };
    await train(model, options({ steps: 3, learningRate: 0.05, onStep }));
  });

  test('stops at a gradient that is not finite, the weights as they were', async () => {
    const model = tinyModel();
    model.weights.named.get('model.norm.weight')!.data[0] = Number.NaN;
    const before = weightsOf(model);
    const error = await refusal(() => train(model, options()));
    expect(error.kind).toBe('failed');
    expect(error.message).toMatch(/training diverged: no finite gradient at step 0/);
    expect(bits(weightsOf(model))).toEqual(bits(before));
  });
});

describe('the learning rate', () => {
  test('follows the schedule that is given', async () => {
    const model = tinyModel();
    const before = weightsOf(model);
    await train(model, options({ schedule: () => 0 }));
    expect(bits(weightsOf(model))).toEqual(bits(before));
  });
});

describe('the gradient of a packed batch', () => {
  test('agrees with finite differences of the loss', async () => {
    const model = tinyModel();
    const rows = rowsOf(texts);
    const trainer = await Trainer.open(model);
    const gradients = await trainer.gradients(rows);
    for (const [name, weight] of model.weights.fused) {
      const direction = new Float32Array(weight.length);
      randomStream(3, 'test.direction').at(name).fillNormal(direction);
      const saved = weight.slice();
      const at = async (step: number) => {
        weight.set(saved.map((value, i) => value + step * direction[i]!));
        return (await trainer.gradients(rows)).loss;
      };
      // Float32 leaves about five digits of the loss, so the step is large and the bar loose.
      const h = 2e-3;
      const slope = ((await at(h)) - (await at(-h))) / (2 * h);
      weight.set(saved);
      const analytic = gradients.of.get(name)!.reduce((sum, g, i) => sum + g * direction[i]!, 0);
      const size = Math.sqrt(gradients.of.get(name)!.reduce((sum, g) => sum + g * g, 0));
      expect(Math.abs(slope - analytic), name).toBeLessThan(0.02 * size + 2e-3);
    }
    await trainer.close();
  });
});

describe('low-rank adapters', () => {
  const fresh = (model: LanguageModel, seed = 0) =>
    Lora.initialize(model.weights, { rank: 3, alpha: 6 }, randomStream(seed, 'init'));

  test('a fresh adapter changes nothing', async () => {
    const model = tinyModel();
    const lora = fresh(model);
    expect(lora.pairs.size).toBe(14);
    const merged = model.withMerged(lora);
    expect(bits(weightsOf(merged))).toEqual(bits(weightsOf(model)));
    const rows = rowsOf(texts);
    expect(await lossOf(model, rows, lora)).toBeCloseTo(await lossOf(model, rows), 6);
  });

  test('training changes the adapters alone', async () => {
    const model = tinyModel();
    const before = weightsOf(model);
    const lora = Lora.initialize(
      model.weights,
      { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] },
      randomStream(0, 'init'),
    );
    expect([...lora.pairs.keys()]).toEqual([
      'model.layers.0.self_attn.q_proj',
      'model.layers.0.mlp.down_proj',
      'model.layers.1.self_attn.q_proj',
      'model.layers.1.mlp.down_proj',
    ]);
    const losses = await train(model, options({ lora, steps: 40 }));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.3);
    expect(bits(weightsOf(model))).toEqual(bits(before));
    for (const { b } of lora.pairs.values()) expect(b.some((value) => value !== 0)).toBe(true);
  });

  /** Logits with the adapter beside the weights. */
  async function unmergedLogits(model: LanguageModel, lora: Lora, tokens: number[][]) {
    const { adapted, tensors } = adapterInputs(lora);
    const { weight } = weightInputs(model.config);
    const parameters = { weight, adapted };
    const graph = forwardGraph(model.config, sequenceInputs(model.config), [], [], parameters);
    const program = await compile({ runtime, outputs: { logits: graph.logits() } });
    const feeds: Record<string, HostTensor> = {};
    for (const [name, data] of lora.parameters()) {
      feeds[name] = runtime.tensor('float32', data, tensors.get(name)!.shape as number[]);
    }
    const out = await program.run({ ...model.feeds, ...model.sequenceFeeds(tokens), ...feeds });
    return out.logits.data as Float32Array;
  }

  test('a trained adapter gives the same logits merged and unmerged, to 1e-5', async () => {
    const model = tinyModel();
    const lora = fresh(model);
    await train(model, options({ lora, steps: 30 }));
    const merged = model.withMerged(lora);
    const tokens = randomTokens(3, 12, 8);
    const { logits } = await merged.run(tokens);
    const unmerged = await unmergedLogits(model, lora, tokens);
    expect(largestDifference(logits!.data, unmerged)).toBeLessThan(1e-5);
    const plain = await model.run(tokens);
    expect(largestDifference(logits!.data, plain.logits!.data)).toBeGreaterThan(0.5);
  });

  test('an adapter of another model is refused, and nothing is changed', async () => {
    const model = tinyModel();
    const before = weightsOf(model);
    for (const [fields, message] of [
      [{ hidden_size: 20 }, /q_proj is for a \[24, 20\] matrix, but the model's is \[24, 16\]/],
      [{ num_hidden_layers: 3 }, /layers.2.self_attn.q_proj .* the model has no such module/],
    ] as const) {
      const lora = fresh(tinyModel(fields));
      for (const work of [() => model.withMerged(lora), () => train(model, options({ lora }))]) {
        const error = await refusal(work);
        expect(error.kind).toBe('input');
        expect(error.message).toMatch(message);
      }
    }
    expect(bits(weightsOf(model))).toEqual(bits(before));
  });
});

describe('a checkpoint', () => {
  const recipe = 'tiny';

  class Killed extends Error {}

  /** Trains until the process would be killed after `steps` steps. */
  async function killed(model: LanguageModel, steps: number, more: Partial<TrainOptions>) {
    const onStep = (step: number) => {
      if (step + 1 === steps) throw new Killed();
    };
    await expect(train(model, options({ ...more, onStep }))).rejects.toThrow(Killed);
  }

  const batch = (step: number) => rowsOf(texts.slice(step % 3));

  test.each([
    ['the weights', false],
    ['adapters', true],
  ])('training of %s killed at any step goes on to the same bits', async (_, adapters) => {
    const start = () => {
      const model = tinyModel();
      const lora = Lora.initialize(model.weights, { rank: 2, alpha: 2 }, randomStream(0, 'init'));
      return { model, lora, more: { batch, ...(adapters && { lora }) } };
    };
    const state = ({ model, lora }: ReturnType<typeof start>) =>
      adapters
        ? Float32Array.from([...lora.parameters().values()].flatMap((data) => [...data]))
        : weightsOf(model);
    const whole = start();
    const losses = await train(whole.model, options(whole.more));
    for (const steps of [1, 4, 5, 7]) {
      const dir = await temporaryFolder();
      const checkpoint: Checkpointing = { path: join(dir, 'state'), every: 2, recipe };
      const first = start();
      await killed(first.model, steps, { ...first.more, checkpoint });
      const second = start();
      const rest = await train(second.model, options({ ...second.more, checkpoint }));
      expect(rest).toEqual(losses.slice(2 * Math.floor(steps / 2)));
      expect(bits(state(second))).toEqual(bits(state(whole)));
      expect(await readdir(dir)).toEqual(['state']);
    }
  });

  test('of another recipe, model or length is refused, and nothing is changed', async () => {
    const dir = await temporaryFolder();
    const checkpoint: Checkpointing = { path: join(dir, 'state'), every: 2, recipe };
    await train(tinyModel(), options({ checkpoint }));
    const refused = async (model: LanguageModel, more: Partial<TrainOptions>) => {
      const before = weightsOf(model);
      const error = await refusal(() => train(model, options({ checkpoint, ...more })));
      expect(bits(weightsOf(model))).toEqual(bits(before));
      expect(error.kind).toBe('input');
      return error.message;
    };
    expect(await refused(tinyModel(), { checkpoint: { ...checkpoint, recipe: 'other' } })).toMatch(
      /state is a checkpoint of another recipe \(tiny\)/,
    );
    expect(await refused(tinyModel({ intermediate_size: 26 }), {})).toMatch(
      /state has \d+ numbers of 'weight\/model.layers.0.mlp.gate_proj.weight', expected 416/,
    );
    expect(await refused(tinyModel(), { steps: 6 })).toMatch(/state is a checkpoint of step 12/);
  });
});
