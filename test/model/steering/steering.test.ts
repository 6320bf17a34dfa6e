/** @file Steering without labels, against plain arithmetic over `run`. */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import {
  activationVectors,
  adapterMelbo,
  type Edit,
  type HookName,
  inputAttack,
  jacobianVectors,
  type LanguageModel,
  melbo,
  randomVectors,
  type SteeringVector,
  steeringEdit,
} from '../../../src/model/index.ts';
import { Departure, vectorPerturbation } from '../../../src/model/steering/departure.ts';
import { dot, lengthOf } from '../../../src/tensor/index.ts';
import { bits, randomTokens, refusal, tinyModel } from '../support.ts';

const model = tinyModel({ num_hidden_layers: 3 });
const d = model.config.hidden_size;
const at: HookName = 'blocks.0.hook_mlp_out';
const target: HookName = 'blocks.2.hook_resid_post';
const prompts = [...randomTokens(2, 6, 3), ...randomTokens(1, 4, 4)];
const where = { at, target };

/** The target's rows, prompt by prompt, under edits. */
async function targetRows(of: LanguageModel, texts: readonly number[][], edits: Edit[] = []) {
  const found: number[][][] = [];
  for (const text of texts) {
    const { activations } = await of.run([text], { read: [target], edits, logits: false });
    const { data } = activations[target]!;
    found.push(text.map((_, p) => [...data.subarray(p * d, (p + 1) * d)]));
  }
  return found;
}

/** sum_i (sum |dZ|^p)^(1/q), written out. */
function objective(
  moved: number[][][],
  base: number[][][],
  { norm = 'features', power = 2, root = 2, last = Number.POSITIVE_INFINITY } = {},
): number {
  let total = 0;
  moved.forEach((rows, i) => {
    const kept = rows.map((row, p) => row.map((value, j) => value - base[i]![p]![j]!)).slice(-last);
    const lines = norm === 'features' ? kept : kept[0]!.map((_, j) => kept.map((row) => row[j]!));
    const sum = lines.reduce((s, line) => s + Math.hypot(...line) ** power, 0);
    total += sum ** (1 / root);
  });
  return total;
}

const vectorOf = (seed: number, scale = 1) =>
  Float32Array.from(randomTokens(1, d, seed, 200)[0]!, (value) => (scale * (value - 100)) / 100);

const measured = async (vector: Float32Array, options = {}) => {
  const departure = await Departure.of(model, prompts, { ...where, ...options });
  return departure.measure(vectorPerturbation(at, d), new Map([['vector', vector]]));
};

describe('the objective', () => {
  test.each([
    {},
    { norm: 'tokens' },
    { power: 3, root: 1 },
    { power: 1, root: 2, norm: 'tokens' },
    { positions: 2, last: 2 },
  ])('is the formula written out: %j', async (options) => {
    const vector = vectorOf(1);
    const edit: Edit = { at, do: 'add', vector: [...vector] };
    const base = await targetRows(model, prompts);
    const expected = objective(await targetRows(model, prompts, [edit]), base, options);
    const { value } = await measured(vector, options);
    // Sums of float32.
    expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);
  });

  test('of a vector at the last positions is that of an edit there', async () => {
    const vector = vectorOf(4);
    const edit: Edit = { at, do: 'add', vector: [...vector], positions: [-2, -1] };
    const base = await targetRows(model, prompts);
    const expected = objective(await targetRows(model, prompts, [edit]), base);
    const { value } = await measured(vector, { perturbed: 2 });
    // Sums of float32.
    expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);
  });

  test('over tokens or over features is the same at power 2, and no other', async () => {
    const vector = vectorOf(2);
    const both = async (power: number) => [
      (await measured(vector, { power })).value,
      (await measured(vector, { power, norm: 'tokens' })).value,
    ];
    const [features, tokens] = await both(2);
    expect(Math.abs(features! / tokens! - 1)).toBeLessThan(1e-6);
    const [other, ofTokens] = await both(3);
    expect(Math.abs(other! / ofTokens! - 1)).toBeGreaterThan(1e-2);
  });

  test.each([{}, { norm: 'tokens', power: 3 }])(
    'has the gradient that differences give: %j',
    async (options) => {
      const vector = vectorOf(3);
      const gradient = (await measured(vector, options)).gradients.get('vector')!;
      for (const seed of [4, 5]) {
        const direction = vectorOf(seed, 0.01);
        const plus = await measured(
          vector.map((v, i) => v + direction[i]!),
          options,
        );
        const minus = await measured(
          vector.map((v, i) => v - direction[i]!),
          options,
        );
        const difference = (plus.value - minus.value) / 2;
        // Float32 values of about 10, moved by about 0.05.
        expect(Math.abs(dot(gradient, direction) - difference)).toBeLessThan(2e-4);
      }
    },
  );
});

const radius = 2;
const search = { ...where, radius, count: 2, steps: 40, learningRate: 0.05, seed: 1 };

const norms = (vectors: readonly SteeringVector[]) => vectors.map(({ vector }) => lengthOf(vector));

describe('melbo', () => {
  test('gives orthogonal vectors of the radius that move the target further than random ones do', async () => {
    const found = await melbo(model, prompts, search);
    for (const norm of norms(found)) expect(norm).toBeCloseTo(radius, 5);
    expect(Math.abs(dot(found[0]!.vector, found[1]!.vector))).toBeLessThan(1e-5);
    const random = await randomVectors(model, prompts, { ...search, count: 12 });
    const furthest = Math.max(...random.map(({ objective: value }) => value));
    expect(found[0]!.objective).toBeGreaterThan(furthest);
    const edit = steeringEdit(found[0]!);
    const moved = await targetRows(model, prompts, [edit]);
    const expected = objective(moved, await targetRows(model, prompts));
    expect(Math.abs(found[0]!.objective / expected - 1)).toBeLessThan(1e-5);
  });

  test('gives the same bits again, and others for another seed', async () => {
    const few = { ...search, count: 1, steps: 3 };
    const [a] = await melbo(model, prompts, few);
    const [b] = await melbo(model, prompts, few);
    const [c] = await melbo(model, prompts, { ...few, seed: 2 });
    expect(bits(b!.vector)).toEqual(bits(a!.vector));
    expect(bits(c!.vector)).not.toEqual(bits(a!.vector));
  });

  test('counts the tokens that it passed', async () => {
    const [found] = await melbo(model, prompts, { ...search, count: 1, steps: 3 });
    expect(found).toMatchObject({ forwardTokens: 4 * 16, backwardTokens: 4 * 16 });
  });

  test.each([
    [{ radius: 0 }, 'radius 0'],
    [{ count: 17 }, '17 vectors of width 16'],
    [{ steps: 0 }, '0 steps'],
    [{ power: -1 }, 'power -1'],
    [{ positions: 0 }, 'positions 0'],
    [{ perturbed: 1.5 }, 'perturbed 1.5'],
    [{ at: 'blocks.0.attn.hook_z' as const }, "steering vectors at 'blocks.0.attn.hook_z'"],
  ])('refuses %j', async (wrong, message) => {
    const error = await refusal(() => melbo(model, prompts, { ...search, ...wrong }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });
});

describe('rivals', () => {
  test('Jacobian vectors are the first right singular vectors of the Jacobian by differences', async () => {
    const step = 1e-2;
    const flat = async (edit: Edit) => (await targetRows(model, prompts, [edit])).flat(2);
    const columns: number[][] = [];
    for (let i = 0; i < d; i++) {
      const unit = (sign: number) =>
        Array.from({ length: d }, (_, j) => (j === i ? sign * step : 0));
      const plus = await flat({ at, do: 'add', vector: unit(1) });
      const minus = await flat({ at, do: 'add', vector: unit(-1) });
      columns.push(plus.map((value, j) => (value - minus[j]!) / (2 * step)));
    }
    const jacobian = new Matrix(columns).transpose();
    const right = new SingularValueDecomposition(jacobian).rightSingularVectors;
    const found = await jacobianVectors(model, prompts, { ...search, iterations: 200 });
    found.forEach(({ vector }, i) => {
      const cosine = dot(vector, Float32Array.from(right.getColumn(i))) / radius;
      expect(Math.abs(cosine)).toBeGreaterThan(0.99);
    });
  });

  test('activation vectors hold as much variance as the largest eigenvalues', async () => {
    const found = await activationVectors(model, prompts, search);
    const rows: number[][] = [];
    for (const prompt of prompts) {
      const { data } = (await model.run([prompt], { read: [at], logits: false })).activations[at]!;
      for (let i = 0; i < data.length; i += d) rows.push([...data.subarray(i, i + d)]);
    }
    const mean = rows[0]!.map((_, j) => rows.reduce((s, row) => s + row[j]!, 0) / rows.length);
    const centred = new Matrix(rows.map((row) => row.map((value, j) => value - mean[j]!)));
    const values = new SingularValueDecomposition(centred).diagonal;
    found.forEach(({ vector }, i) => {
      const along = rows.map((_, r) => dot(vector, Float32Array.from(centred.getRow(r))) / radius);
      expect(Math.hypot(...along)).toBeCloseTo(values[i]!, 4);
    });
    expect(norms(found).map((norm) => Math.round(norm * 1e5) / 1e5)).toEqual([radius, radius]);
  });

  test('adapters move the target as the model does that they are merged into', async () => {
    const { at: _, ...rest } = search;
    const [found, second] = await adapterMelbo(model, prompts, { ...rest, rank: 2 });
    const merged = model.withMerged(found!.lora);
    const expected = objective(await targetRows(merged, prompts), await targetRows(model, prompts));
    expect(Math.abs(found!.objective / expected - 1)).toBeLessThan(1e-4);
    const [first] = [...found!.lora.pairs.values()];
    const [other] = [...second!.lora.pairs.values()];
    expect(lengthOf(first!.a)).toBeCloseTo(Math.sqrt(radius), 5);
    expect(Math.abs(dot(first!.b, other!.b))).toBeLessThan(1e-5);
    await merged.release();
  });

  test('tokens put in move the last positions as far as is said, and further than most tokens', async () => {
    const options = { target, insertAt: 1, tokens: 2, positions: 3, rounds: 4, candidates: 8 };
    const found = await inputAttack(model, prompts, options);
    const base = await targetRows(model, prompts);
    const far = async (tokens: readonly number[]) => {
      const put = prompts.map((prompt) => prompt.toSpliced(1, 0, ...tokens));
      const moved = await targetRows(model, put);
      const last = moved.map((rows, i) => rows.slice(-base[i]!.length));
      return objective(last, base, { last: 3 });
    };
    expect(Math.abs(found.objective / (await far(found.tokens)) - 1)).toBeLessThan(1e-5);
    const others: number[] = [];
    for (const tokens of randomTokens(20, 2, 8)) others.push(await far(tokens));
    expect(others.filter((value) => value > found.objective).length).toBeLessThanOrEqual(1);
    expect(found.backwardTokens).toBe(4 * (8 + 8 + 6));
  });

  test('tokens are put in only among those allowed', async () => {
    const found = await inputAttack(model, prompts, {
      target,
      insertAt: 0,
      allowed: [3, 4, 5],
      rounds: 2,
    });
    expect(found.tokens.every((token) => [3, 4, 5].includes(token))).toBe(true);
  });
});
