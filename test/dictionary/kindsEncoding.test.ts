import { describe, expect, test } from 'vitest';
import { Dictionary, type DictionaryConfig, trainedKindOf } from '../../src/dictionary/index.ts';
import { batchOf, parametersOf } from './kindGraph.ts';
import {
  decoded,
  gatedLatents,
  jumped,
  type Matrix,
  type Parameters,
  type PlainBatch,
  preActivations,
  rowTop,
  vector,
} from './plainKinds.ts';

type Encode = (batch: PlainBatch, p: Parameters) => Matrix;

const positive: Encode = (batch, p) =>
  preActivations(batch, p).map((row) => row.map((value) => Math.max(0, value)));
const thresholded: Encode = (batch, p) => jumped(preActivations(batch, p), vector(p, 'threshold'));

const ENCODERS: Record<string, Encode> = {
  standard: positive,
  transcoder: positive,
  gated: (batch, p) => gatedLatents(batch, p).f,
  topk: (batch, p) => rowTop(preActivations(batch, p), batch.config),
  batchtopk: thresholded,
  matryoshka_batchtopk: thresholded,
  jumprelu: thresholded,
};

function configOf(architecture: string): DictionaryConfig {
  const { defaults } = trainedKindOf(architecture).training;
  const d_out = architecture === 'transcoder' ? { d_out: 3 } : {};
  return {
    architecture,
    d_in: 4,
    d_sae: 9,
    ...defaults,
    ...('k' in defaults && { k: 3 }),
    ...d_out,
  };
}

function dictionaryOf(config: DictionaryConfig, p: Parameters): Dictionary {
  const shapes = trainedKindOf(config.architecture).shapes(config);
  const tensors = Object.entries(shapes).map(
    ([name, shape]) => [name, { shape, data: Float32Array.from(p[name]!.flat()) }] as const,
  );
  return new Dictionary(config, new Map(tensors));
}

function expectNear(actual: Float32Array, expected: Matrix): void {
  const flat = expected.flat();
  expect(actual.length).toBe(flat.length);
  actual.forEach((value, i) => void expect(value).toBeCloseTo(flat[i]!, 4));
}

describe.each(Object.entries(ENCODERS))('a %s dictionary', (architecture, encode) => {
  const config = configOf(architecture);
  const [batch, p] = [batchOf(config, 4), parametersOf(config, 4)];
  const x = { data: Float32Array.from(batch.x.flat()), width: 4 };

  test('encodes and decodes by its formula', async () => {
    const dictionary = dictionaryOf(config, p);
    const latents = encode(batch, p);
    const found = await dictionary.encode(x);
    expectNear(found, latents);
    expectNear(await dictionary.decode({ data: found, width: 9 }), decoded(latents, p));
    expectNear(await dictionary.reconstruct(x), decoded(latents, p));
    await dictionary.release();
  });

  test('encodes a row alone as among others', async () => {
    const dictionary = dictionaryOf(config, p);
    const together = await dictionary.encode(x);
    const alone = await dictionary.encode({ data: x.data.subarray(8, 12), width: 4 });
    alone.forEach((value, i) => void expect(value).toBeCloseTo(together[18 + i]!, 5));
    await dictionary.release();
  });

  test('decodes at finish as it did in training', async () => {
    const { finish } = trainedKindOf(architecture).training;
    const trained = dictionaryOf(config, p);
    const finished = finish?.(config, trained.tensors) ?? trained;
    const dictionary = new Dictionary(finished.config, finished.tensors);
    expect(await dictionary.reconstruct(x)).toEqual(await trained.reconstruct(x));
  });
});

test.each(['rescale', 'rescale_and_shift'])(
  'a gated dictionary that was trained with gate %s encodes alike as the plain gate it becomes',
  async (gate) => {
    const config = { ...configOf('gated'), gate };
    const p = parametersOf(config, 9);
    // A latent that fires is not cut off: rescaled gates have no second threshold where the shift is 0 or more.
    p.b_mag = [vector(p, 'b_mag').map(Math.abs)];
    const batch = batchOf(config, 9);
    const x = { data: Float32Array.from(batch.x.flat()), width: 4 };
    const trained = dictionaryOf(config, p);
    const plain = trainedKindOf('gated').training.finish!(config, trained.tensors);
    expect(plain.config.gate).toBe('heaviside');
    const expected = await trained.encode(x);
    const found = await new Dictionary(plain.config, plain.tensors).encode(x);
    found.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 5));
  },
);

test('a dictionary refuses rows of another width, and tensors of another shape', async () => {
  const config = configOf('standard');
  const dictionary = dictionaryOf(config, parametersOf(config, 1));
  await expect(dictionary.encode({ data: new Float32Array(6), width: 3 })).rejects.toThrow(
    'rows of 3',
  );
  const tensors = new Map(dictionary.tensors).set('b_enc', {
    shape: [4],
    data: new Float32Array(4),
  });
  expect(() => new Dictionary(config, tensors)).toThrow("'b_enc' has shape [4], expected [9]");
});
