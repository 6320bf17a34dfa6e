/** @file What reconstruction cannot tell, the causal test can: invented latents, and rotated dictionaries. */
import { expect, test } from 'vitest';
import {
  causalEffects,
  type Dictionary,
  knownDictionary,
  matchedProbe,
  plantXor,
  type Rows,
  rotatedDictionary,
  xorRows,
} from '../../../src/dictionary/index.ts';
import { nodeRuntime } from '../../../src/model/index.ts';

const runtime = nodeRuntime({ threads: 1 });
const FEATURES = 12;
const PAIRS = 3;
const model = plantXor({ width: 48, features: FEATURES, pairs: PAIRS, seed: 3 });
const heldOut = xorRows(model, 3000, 11);

/** Fraction of variance explained, about the mean: a plain reference. */
async function fve(dictionary: Dictionary, { data, width }: Rows): Promise<number> {
  const found = await dictionary.reconstruct({ data, width });
  const count = data.length / width;
  let [error, variance] = [0, 0];
  for (let i = 0; i < width; i++) {
    let mean = 0;
    for (let row = 0; row < count; row++) mean += data[row * width + i]! / count;
    for (let row = 0; row < count; row++) {
      error += (data[row * width + i]! - found[row * width + i]!) ** 2;
      variance += (data[row * width + i]! - mean) ** 2;
    }
  }
  return 1 - error / variance;
}

function invented({ size }: Dictionary): number[] {
  return Array.from({ length: size - FEATURES }, (_, i) => FEATURES + i);
}

test('latents for a by-product gain held-out reconstruction, most where a gate makes them constant', async () => {
  const [none, relu, gate] = await Promise.all(
    (['none', 'relu', 'gate'] as const).map((invention) =>
      fve(knownDictionary(model, invention, runtime), heldOut),
    ),
  );
  expect(relu!).toBeGreaterThan(none! + 0.005);
  expect(gate!).toBeGreaterThan(relu! + 0.001);
});

test('ablation finds all features read and all invented latents unread', async () => {
  for (const invention of ['gate', 'relu'] as const) {
    const dictionary = knownDictionary(model, invention, runtime);
    const effects = await causalEffects(dictionary, model.downstream, heldOut);
    const verdicts = effects.map(({ verdict }) => verdict);
    expect(verdicts.slice(0, FEATURES), invention).toEqual(Array(FEATURES).fill('read'));
    expect(verdicts.slice(FEATURES), invention).toEqual(Array(2 * PAIRS).fill('unread'));
    for (const { selectivity } of effects.slice(0, FEATURES)) expect(selectivity).toBeCloseTo(1, 3);
    // Readouts are orthogonal to by-products: an ablation changes nothing but by rounding.
    for (const latent of invented(dictionary)) expect(effects[latent]!.effect).toBeLessThan(1e-9);
  }
});

test('an ablation changes outputs by what a plain loop says', async () => {
  const dictionary = knownDictionary(model, 'none', runtime);
  const rows = xorRows(model, 300, 12);
  const [first] = await causalEffects(dictionary, model.downstream, rows, { rows: 300 });
  const f = await dictionary.encode(rows);
  let [sum, count] = [0, 0];
  for (let row = 0; row < 300; row++) {
    const size = f[row * FEATURES]!;
    if (size === 0) continue;
    const x = rows.data.subarray(row * 48, row * 48 + 48);
    const without = x.map((value, i) => value - size * model.read.data[i]!);
    for (let output = 0; output < FEATURES; output++) {
      const read = (from: Float32Array) =>
        Math.max(
          0,
          from.reduce((s, v, i) => s + v * model.readouts.data[output * 48 + i]!, -0.25),
        );
      sum += (read(x) - read(without)) ** 2;
    }
    count++;
  }
  expect(first!.rows).toBe(count);
  expect(first!.effect).toBeCloseTo(sum / count, 4);
});

test('a probe reads features from activations and outputs, by-products from activations alone', async () => {
  const dictionary = knownDictionary(model, 'gate', runtime);
  const latents = await dictionary.encode(heldOut);
  const outputs = await model.downstream(heldOut);
  const fires = (latent: number) =>
    Array.from({ length: 3000 }, (_, row) => latents[row * dictionary.size + latent]! !== 0);
  const feature = matchedProbe(heldOut, outputs, fires(0))!;
  expect(feature.activations.estimate).toBeGreaterThan(0.98);
  expect(feature.outputs.estimate).toBeGreaterThan(0.98);
  // Both latents of a pair together: whether exactly one of its features is present.
  const [one, other] = [fires(FEATURES), fires(FEATURES + 1)];
  const either = one.map((on, row) => on || other[row]!);
  const byproduct = matchedProbe(heldOut, outputs, either)!;
  // Labels are the gates', which noise opens now and then.
  expect(byproduct.activations.estimate).toBeGreaterThan(0.95);
  expect(byproduct.outputs.interval[0]).toBeLessThan(0.55);
  expect(byproduct.outputs.interval[1]).toBeGreaterThan(0.45);
});

test('rotated dictionaries reconstruct alike, and ablation tells them from the true one', async () => {
  const [truth, rotated] = [1, 4].map((block) =>
    rotatedDictionary(model.read, { block, seed: 2, runtime }),
  ) as [Dictionary, Dictionary];
  const [a, b] = [await fve(truth, heldOut), await fve(rotated, heldOut)];
  expect(Math.abs(a - b)).toBeLessThan(1e-5);
  const selectivity = async (dictionary: Dictionary) => {
    const effects = await causalEffects(dictionary, model.downstream, heldOut);
    return effects.reduce((sum, effect) => sum + effect.selectivity, 0) / effects.length;
  };
  expect(await selectivity(truth)).toBeGreaterThan(0.99);
  expect(await selectivity(rotated)).toBeLessThan(0.85);
});

test('plants that do not fit are refused in one line', () => {
  expect(() => plantXor({ width: 8, features: 7, pairs: 2 })).toThrow('in 8 dimensions');
  expect(() => plantXor({ width: 8, features: 3, pairs: 2 })).toThrow(
    '3 features and 2 by-products',
  );
});
