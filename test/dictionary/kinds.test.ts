import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DictionaryConfig,
  kindOf,
  TRAINED_KINDS,
  trainedKindOf,
} from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { batchOf, parametersOf, runKind } from './kindGraph.ts';
import {
  batchTop,
  batchTopkLoss,
  decoded,
  gatedLoss,
  jumped,
  jumpreluLoss,
  matryoshkaLoss,
  type Parameters,
  type PlainBatch,
  type PlainLoss,
  preActivations,
  projected,
  standardLoss,
  topkLoss,
  vector,
} from './plainKinds.ts';

const SIZES = { d_in: 4, d_sae: 9 };
const STEP = 1e-5;

function configOf(architecture: string, settings: Record<string, unknown> = {}): DictionaryConfig {
  const { defaults } = trainedKindOf(architecture).training;
  return { architecture, ...SIZES, ...defaults, ...settings };
}

/** Central differences of a plain loss by one parameter; the frozen ones stand still. */
function differences(loss: PlainLoss, batch: PlainBatch, p: Parameters, name: string): number[] {
  const at = (row: number, column: number, by: number): number => {
    const moved = structuredClone(p);
    moved[name]![row]![column]! += by;
    return loss(batch, moved, p);
  };
  return p[name]!.flatMap((values, row) =>
    values.map((_, column) => (at(row, column, STEP) - at(row, column, -STEP)) / (2 * STEP)),
  );
}

function expectNear(actual: readonly number[], expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const worst = actual.map((value, i) => Math.abs(value - expected[i]!) / (1 + Math.abs(value)));
  expect(Math.max(...worst), what).toBeLessThan(1e-6);
}

async function agrees(
  loss: PlainLoss,
  batch: PlainBatch,
  seed: number,
  except: readonly string[] = [],
): Promise<void> {
  const p = parametersOf(batch.config, seed);
  const found = await runKind(batch, p);
  expect(found.loss).toBeCloseTo(loss(batch, p, p), 10);
  for (const name of Object.keys(p).filter((name) => !except.includes(name))) {
    expectNear(found.gradients[name]!, differences(loss, batch, p, name), name);
  }
}

const DEAD = [true, false, true, true, false, false, true, false, false];
const K = { k: 3 };
const WIDTHS = { ...K, matryoshka_widths: [2, 5, 9] };
const TABLE: [string, DictionaryConfig, PlainLoss, boolean[]?][] = [
  ['standard', configOf('standard'), standardLoss],
  [
    'standard without b_dec at its input',
    configOf('standard', { apply_b_dec_to_input: false }),
    standardLoss,
  ],
  ['transcoder', configOf('transcoder', { d_out: 3 }), standardLoss],
  ['gated', configOf('gated'), gatedLoss],
  ['gated without the auxiliary term', configOf('gated', { auxiliary: 'none' }), gatedLoss],
  ['gated with an unfrozen decoder', configOf('gated', { auxiliary: 'unfrozen' }), gatedLoss],
  [
    'gated with a soft gate',
    configOf('gated', { gate: 'soft', auxiliary: 'none', gate_temperature: 0.5 }),
    gatedLoss,
  ],
  ['gated, rescaled', configOf('gated', { gate: 'rescale', auxiliary: 'none' }), gatedLoss],
  ['gated, rescaled and shifted', configOf('gated', { gate: 'rescale_and_shift' }), gatedLoss],
  ['topk', configOf('topk', K), topkLoss],
  ['topk with dead latents', configOf('topk', K), topkLoss, DEAD],
  ['batchtopk', configOf('batchtopk', K), batchTopkLoss],
  ['batchtopk with dead latents', configOf('batchtopk', K), batchTopkLoss, DEAD],
  ['matryoshka_batchtopk', configOf('matryoshka_batchtopk', WIDTHS), matryoshkaLoss],
  ['jumprelu', configOf('jumprelu'), jumpreluLoss],
];

describe('a kind gives the loss of its formula in float64, and the gradients of finite differences', () => {
  test.each(TABLE)('%s', async (_, config, loss, dead) => {
    // Thresholds are trained through a kernel, or followed: they have tests of their own.
    const except = ['threshold'];
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), (seed) =>
        agrees(loss, batchOf(config, seed, dead), seed, except),
      ),
      { numRuns: 4, seed: 1 },
    );
  });
});

test("JumpReLU's thresholds have the gradient of the rectangle kernel", async () => {
  const bandwidth = 0.8;
  const config = configOf('jumprelu', { jumprelu_bandwidth: bandwidth });
  const batch = batchOf(config, 5);
  const p = parametersOf(config, 5);
  const thresholds = vector(p, 'threshold');
  const pre = preActivations(batch, p);
  const reconstruction = decoded(jumped(pre, thresholds), p);
  const n = batch.x.length;
  const expected = thresholds.map((threshold, j) =>
    pre.reduce((sum, row, i) => {
      if (Math.abs(row[j]! - threshold) >= bandwidth / 2) return sum;
      const pull = reconstruction[i]!.reduce(
        (dot, value, c) => dot + 2 * (value - batch.target[i]![c]!) * p.W_dec![j]![c]!,
        0,
      );
      return sum - (pull * threshold + batch.sparsity) / bandwidth / n;
    }, 0),
  );
  expect(expected.some((value) => value !== 0)).toBe(true);
  expectNear((await runKind(batch, p)).gradients.threshold!, expected, 'threshold');
});

test('a straight-through gate passes the gradient of a ramp', async () => {
  const bandwidth = 1.5;
  const settings = { gate: 'straight_through', auxiliary: 'none', gate_bandwidth: bandwidth };
  const config = configOf('gated', { ...settings, l1_coefficient: 0 });
  const batch = batchOf(config, 7);
  const p = parametersOf(config, 7);
  const found = await runKind(batch, p);
  const plain = { ...batch, config: { ...config, gate: 'heaviside' } };
  expect(found.loss).toBeCloseTo(gatedLoss(plain, p, p), 10);
  const pi = projected(batch, p);
  const [b_gate, b_mag, r_mag] = ['b_gate', 'b_mag', 'r_mag'].map((name) => vector(p, name));
  const magnitude = pi.map((row) =>
    row.map((value, j) => Math.max(0, value * Math.exp(r_mag![j]!) + b_mag![j]!)),
  );
  const open = pi.map((row) => row.map((value, j) => value + b_gate![j]! > 0));
  const f = magnitude.map((row, i) => row.map((value, j) => (open[i]![j] ? value : 0)));
  const reconstruction = decoded(f, p);
  const expected = b_gate!.map((bias, j) =>
    pi.reduce((sum, row, i) => {
      if (Math.abs(row[j]! + bias) >= bandwidth / 2) return sum;
      const pull = reconstruction[i]!.reduce(
        (dot, value, c) => dot + 2 * (value - batch.target[i]![c]!) * p.W_dec![j]![c]!,
        0,
      );
      return sum + (pull * magnitude[i]![j]!) / bandwidth / pi.length;
    }, 0),
  );
  expectNear(found.gradients.b_gate!, expected, 'b_gate');
});

test('without the auxiliary term the gate gets the gradient of the penalty alone', async () => {
  const config = configOf('gated', { auxiliary: 'none' });
  const batch = batchOf(config, 3);
  const p = parametersOf(config, 3);
  const { gradients } = await runKind(batch, p);
  expect(gradients.b_gate!.every((value) => value >= 0)).toBe(true);
  expect(gradients.b_gate!.some((value) => value > 0)).toBe(true);
});

describe('the threshold of BatchTopK', () => {
  const config = configOf('batchtopk', K);
  const smallest = (batch: PlainBatch, p: Parameters): number =>
    Math.min(
      ...batchTop(preActivations(batch, p), config)
        .flat()
        .filter((value) => value > 0),
    );

  test('is at first the smallest latent that is kept', async () => {
    const [batch, p] = [batchOf(config, 2), parametersOf(config, 2)];
    p.threshold = [Array(9).fill(-1)];
    const { followed } = await runKind(batch, p);
    expectNear(followed.threshold!, Array(9).fill(smallest(batch, p)), 'threshold');
  });

  test('then moves a hundredth of the way towards it', async () => {
    const [batch, p] = [batchOf(config, 2), parametersOf(config, 2)];
    p.threshold = [Array(9).fill(0.5)];
    const expected = 0.5 + 0.01 * (smallest(batch, p) - 0.5);
    const { followed } = await runKind(batch, p);
    expectNear(followed.threshold!, Array(9).fill(expected), 'threshold');
  });

  test('stays where no latent is active', async () => {
    const [batch, p] = [batchOf(config, 2), parametersOf(config, 2)];
    p.threshold = [Array(9).fill(0.5)];
    p.b_enc = [Array(9).fill(-100)];
    const { followed } = await runKind(batch, p);
    expectNear(followed.threshold!, Array(9).fill(0.5), 'threshold');
  });
});

describe('every trained kind', () => {
  test.each(TRAINED_KINDS.map((kind) => [kind.name, kind] as const))(
    '%s starts with unit decoder rows, an encoder that is their transpose, and the shapes it promises',
    (name, kind) => {
      const config = configOf(name, K);
      const tensors = kind.training.initialise(config, randomStream(1, 'init'));
      for (const [tensor, shape] of Object.entries(kind.shapes(config))) {
        expect(tensors.get(tensor)?.shape, tensor).toEqual(shape);
      }
      expect([...tensors.keys()].sort()).toEqual(Object.keys(kind.shapes(config)).sort());
      const [encoder, decoder] = [tensors.get('W_enc')!.data, tensors.get('W_dec')!.data];
      for (let latent = 0; latent < 9; latent++) {
        const row = decoder.subarray(latent * 4, latent * 4 + 4);
        expect(Math.hypot(...row)).toBeCloseTo(1, 6);
        expect([...row]).toEqual([0, 1, 2, 3].map((i) => encoder[i * 9 + latent]));
      }
    },
  );

  test('refuses settings it cannot have, in one line that names the value', () => {
    const refuses = (config: DictionaryConfig, text: string) =>
      expect(() => kindOf(config.architecture).shapes(config)).toThrow(text);
    refuses(configOf('topk', { k: 10 }), 'a topk dictionary has k 10');
    refuses(configOf('topk', { k: undefined }), 'has no k');
    refuses(configOf('standard', { d_sae: 0 }), 'd_sae 0');
    refuses(configOf('gated', { gate: 'closed' }), 'gate "closed"');
    refuses(configOf('standard', { d_out: 7 }), 'apply_b_dec_to_input true');
    refuses(configOf('matryoshka_batchtopk', { matryoshka_widths: [4, 2, 9], k: 3 }), '[4,2,9]');
    expect(() => kindOf('topkk')).toThrow("unknown kind of dictionary 'topkk'");
  });
});
