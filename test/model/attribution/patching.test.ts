/** @file Patching sweeps against patching one place at a time, and their first-order estimate. */
import { describe, expect, test } from 'vitest';
import {
  activationPatching,
  attributionPatching,
  type Edit,
  type HookName,
  type LanguageModel,
  type Metric,
  meanOverPairs,
  type PatchingOptions,
  type PatchingResult,
} from '../../../src/model/index.ts';
import { randomTokens, refusal, tinyModel } from '../support.ts';

const length = 5;
const clean = randomTokens(2, length, 3);
const corrupted = randomTokens(2, length, 4);
const metric: Metric = { kind: 'logitDifference', correct: 3, wrong: 39 };
const options: PatchingOptions = {
  clean,
  corrupted,
  metric,
  hooks: ['blocks.*.hook_resid_pre'],
  per: 'position',
};

async function logitDifferences(
  model: LanguageModel,
  tokens: readonly (readonly number[])[],
  edits: readonly Edit[] = [],
): Promise<number[]> {
  const { logits } = await model.run(tokens, { edits });
  return tokens.map((_, row) => {
    const start = ((row + 1) * length - 1) * 40;
    return logits!.data[start + 3]! - logits!.data[start + 39]!;
  });
}

async function read(model: LanguageModel, tokens: readonly (readonly number[])[], at: HookName) {
  const { activations } = await model.run(tokens, { read: [at], logits: false });
  return activations[at]!;
}

/** Patches [heads, query] or [position, heads] places of all rows by 'set' edits of everything. */
async function onePatch(
  model: LanguageModel,
  at: HookName,
  takes: (place: { position: number; head: number }) => boolean,
  { base = corrupted, source = clean } = {},
): Promise<number[]> {
  const [own, other] = [await read(model, base, at), await read(model, source, at)];
  const square = at.endsWith('pattern');
  const [, first, second, third = 1] = own.dims as [number, number, number, number?];
  const value = Array.from(own.data, (entry, i) => {
    const [a, b] = [Math.floor(i / (second * third)) % first, Math.floor(i / third) % second];
    const plain = own.dims.length === 3;
    const place = square
      ? { position: b, head: a }
      : plain
        ? { position: Math.floor(i / second) % first, head: 0 }
        : { position: a, head: b };
    return takes(place) ? other.data[i]! : entry;
  });
  return logitDifferences(model, base, [{ at, do: 'set', value }]);
}

/** Entry [pair, hook, ...rest] of a result. */
function at({ dims, raw }: PatchingResult, ...index: number[]): number {
  return raw[index.reduce((flat, i, axis) => flat * dims[axis]! + i, 0)]!;
}

describe('a sweep gives what single patches give, ', () => {
  test('by position', async () => {
    const model = tinyModel();
    const result = await activationPatching(model, options);
    expect(result.dims).toEqual([2, 2, length]);
    for (const [layer, position] of [
      [0, 0],
      [0, 4],
      [1, 2],
      [1, 4],
    ] as const) {
      const hook: HookName = `blocks.${layer}.hook_resid_pre`;
      const one = await onePatch(model, hook, (place) => place.position === position);
      one.forEach((value, pair) => {
        expect(at(result, pair, layer, position)).toBeCloseTo(value, 5);
      });
    }
  });

  test('by head, and by head and position, of z and of patterns', async () => {
    const model = tinyModel();
    const hooks: HookName[] = ['blocks.0.attn.hook_z', 'blocks.1.attn.hook_pattern'];
    const heads = await activationPatching(model, { ...options, hooks, per: 'head' });
    const both = await activationPatching(model, { ...options, hooks, per: 'headAndPosition' });
    expect(heads.dims).toEqual([2, 2, 4]);
    expect(both.dims).toEqual([2, 2, length, 4]);
    for (const [i, hook] of hooks.entries()) {
      const head = await onePatch(model, hook, (place) => place.head === 2);
      const one = await onePatch(model, hook, (p) => p.head === 1 && p.position === 3);
      head.forEach((value, pair) => void expect(at(heads, pair, i, 2)).toBeCloseTo(value, 5));
      one.forEach((value, pair) => void expect(at(both, pair, i, 3, 1)).toBeCloseTo(value, 5));
    }
  });

  test('of key-value heads, of which there are fewer', async () => {
    const model = tinyModel();
    const hooks: HookName[] = ['blocks.0.attn.hook_v'];
    const result = await activationPatching(model, { ...options, hooks, per: 'head' });
    expect(result.dims).toEqual([2, 1, 2]);
    const one = await onePatch(model, hooks[0]!, (place) => place.head === 1);
    one.forEach((value, pair) => void expect(at(result, pair, 0, 1)).toBeCloseTo(value, 5));
  });

  test('when corrupted activations go into the clean run', async () => {
    const model = tinyModel();
    const result = await activationPatching(model, { ...options, direction: 'noising' });
    const swapped = { base: clean, source: corrupted };
    const hook: HookName = 'blocks.1.hook_resid_pre';
    const one = await onePatch(model, hook, (place) => place.position === 4, swapped);
    one.forEach((value, pair) => void expect(at(result, pair, 1, 4)).toBeCloseTo(value, 5));
  });

  test('at some positions', async () => {
    const model = tinyModel();
    const some = { ...options, per: 'layer' as const, positions: [1, -1] };
    const result = await activationPatching(model, some);
    expect(result.positions).toEqual([1, 4]);
    const hook: HookName = 'blocks.1.hook_resid_pre';
    const one = await onePatch(model, hook, ({ position }) => position === 1 || position === 4);
    one.forEach((value, pair) => void expect(at(result, pair, 1)).toBeCloseTo(value, 5));
  });

  test('however many rows are run together', async () => {
    const model = tinyModel();
    const all = await activationPatching(model, options);
    const few = await activationPatching(model, { ...options, rowsTogether: 3 });
    all.raw.forEach((value, i) => void expect(few.raw[i]).toBeCloseTo(value, 5));
    all.clean.forEach((value, i) => void expect(few.clean[i]).toBeCloseTo(value, 5));
  });

  test('under edits, which act before the patch', async () => {
    const model = tinyModel();
    const hook: HookName = 'blocks.0.hook_attn_out';
    const edits = [{ at: hook, do: 'scale' as const, factor: 0 }];
    const result = await activationPatching(model, { ...options, hooks: [hook], edits });
    // Both runs hold zeros there: patching one with the other's changes nothing.
    result.raw.forEach((value, i) => {
      expect(value).toBeCloseTo(result.corrupted[Math.floor(i / length)]!, 5);
    });
  });
});

test('noise is that of the pair, in every row that is a copy of its sequence', async () => {
  const model = tinyModel();
  const edits: Edit[] = [{ at: 'hook_embed', do: 'noise', scale: 0.5, seed: 3 }];
  const result = await activationPatching(model, { ...options, edits, rowsTogether: 3 });
  const expected = await logitDifferences(model, corrupted, edits);
  expected.forEach((value, pair) => void expect(result.corrupted[pair]).toBeCloseTo(value, 5));
  const estimate = await attributionPatching(model, { ...options, edits });
  expected.forEach((value, pair) => void expect(estimate.corrupted[pair]).toBeCloseTo(value, 5));
});

test('clean and corrupted metrics are those of the runs, and everything patched restores the clean one', async () => {
  const model = tinyModel();
  const result = await activationPatching(model, { ...options, per: 'layer' });
  const [cleans, corrupteds] = [
    await logitDifferences(model, clean),
    await logitDifferences(model, corrupted),
  ];
  for (const pair of [0, 1]) {
    expect(result.clean[pair]).toBeCloseTo(cleans[pair]!, 5);
    expect(result.corrupted[pair]).toBeCloseTo(corrupteds[pair]!, 5);
    expect(at(result, pair, 0)).toBeCloseTo(cleans[pair]!, 5);
    expect(result.normalized[pair * 2]).toBeCloseTo(1, 4);
  }
});

test('the mean over pairs normalises means', async () => {
  const model = tinyModel();
  const result = await activationPatching(model, options);
  const mean = meanOverPairs(result);
  expect(mean.dims).toEqual([1, 2, length]);
  const of = (data: Float32Array, i: number) => (data[i]! + data[i + data.length / 2]!) / 2;
  const [top, bottom] = [of(result.clean, 0), of(result.corrupted, 0)];
  const expected = (of(result.raw, 7) - bottom) / (top - bottom);
  expect(mean.normalized[7]).toBeCloseTo(expected, 4);
});

/** A model in which tokens 5 and 6 differ by `size` times a fixed vector alone. */
function nearTokens(size: number): LanguageModel {
  const model = tinyModel();
  const { data } = model.weights.named.get('model.embed_tokens.weight')!;
  for (let i = 0; i < 16; i++) data[6 * 16 + i] = data[5 * 16 + i]! + size * Math.cos(i);
  return model;
}

describe('attribution patching', () => {
  test.each(['denoising', 'noising'] as const)(
    'is exact where the metric is linear, %s',
    async (direction) => {
      const model = tinyModel();
      const linear: PatchingOptions = {
        ...options,
        direction,
        hooks: ['ln_final.hook_normalized'],
      };
      for (const per of ['position', 'layer'] as const) {
        const exact = await activationPatching(model, { ...linear, per });
        const estimate = await attributionPatching(model, { ...linear, per });
        expect({ ...estimate, method: exact.method }).toMatchObject({
          method: 'activationPatching',
          dims: exact.dims,
          per,
          direction,
        });
        exact.raw.forEach((value, i) => void expect(estimate.raw[i]).toBeCloseTo(value, 4));
        exact.clean.forEach((value, i) => void expect(estimate.clean[i]).toBeCloseTo(value, 5));
      }
    },
  );

  test.each([
    ['blocks.0.hook_resid_mid', 'position'],
    ['blocks.0.mlp.hook_post', 'layer'],
    ['blocks.1.attn.hook_v', 'headAndPosition'],
    ['blocks.1.attn.hook_q', 'head'],
    ['blocks.1.attn.hook_pattern', 'headAndPosition'],
    ['blocks.1.attn.hook_attn_scores', 'head'],
  ] as const)('misses %s per %s by the square of the difference', async (hook, per) => {
    const pair = { clean: [[1, 5, 9, 2]], corrupted: [[1, 6, 9, 2]] };
    const errors: number[] = [];
    for (const size of [0.028, 0.007]) {
      const model = nearTokens(size);
      const all: PatchingOptions = { ...pair, metric, hooks: [hook], per };
      const exact = await activationPatching(model, all);
      const estimate = await attributionPatching(model, all);
      const squares = exact.raw.map((value, i) => (value - estimate.raw[i]!) ** 2);
      const effects = exact.raw.map((value) => (value - exact.corrupted[0]!) ** 2);
      errors.push(Math.sqrt(squares.reduce((a, b) => a + b, 0)));
      expect(errors.at(-1)).toBeLessThan(0.5 * Math.sqrt(effects.reduce((a, b) => a + b, 0)));
    }
    // A quarter of the difference leaves a sixteenth of the error, terms of higher order aside.
    expect(errors[0]! / errors[1]!).toBeGreaterThan(9);
    expect(errors[0]! / errors[1]!).toBeLessThan(28);
  });
});

test('the likelihood is that of the clean sequence, whichever is patched', async () => {
  const model = tinyModel();
  const likelihood: PatchingOptions = {
    ...options,
    per: 'layer',
    metric: { kind: 'negativeLogLikelihood', from: 2 },
  };
  const { clean: values, raw } = await activationPatching(model, likelihood);
  const expected = await model.negativeLogLikelihood(clean, [2, 2]);
  expected.forEach((value, pair) => {
    expect(values[pair]).toBeCloseTo(value, 5);
    expect(raw[pair * 2]).toBeCloseTo(value, 5);
  });
});

test('what does not fit is one line', async () => {
  const model = tinyModel();
  const of = (change: object) =>
    refusal(() => activationPatching(model, { ...options, ...change } as PatchingOptions));
  expect((await of({ corrupted: [clean[0]!] })).message).toMatch(/clean tokens of 2 x 5/);
  expect((await of({ per: 'head' })).message).toMatch(/heads of 'blocks.0.hook_resid_pre'/);
  const mixed = ['blocks.0.attn.hook_z', 'blocks.0.attn.hook_v'];
  expect((await of({ per: 'head', hooks: mixed })).message).toMatch(/4 heads .* of 2/);
  expect((await of({ per: 'neuron' })).hint).toMatch(/headAndPosition/);
  expect((await of({ direction: 'up' })).hint).toMatch(/denoising/);
  expect((await of({ positions: [5] })).message).toMatch(/position 5/);
  expect((await of({ positions: [] })).message).toMatch(/no positions/);
  expect((await of({ rowsTogether: 0 })).message).toMatch(/rowsTogether 0/);
});
