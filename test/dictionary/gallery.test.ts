/** @file Portraits on demand: the same as all at once; search by logit; the map of directions; which direction is nearest. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Gallery, mapDirections, matchDirections, portray } from '../../src/dictionary/index.ts';
import { directionEffects, directionLogits, type LanguageModel } from '../../src/model/index.ts';
import { baseModel, HOOK, randomDictionary, worldTexts } from './portrayed.ts';

let model: LanguageModel;
const dictionary = randomDictionary();
const documents = () => worldTexts(12).map((text) => model.encode(text)[0]!);
const options = () => ({
  ...{ model, dictionary, documents: documents(), rows: 600, version: 'test', hook: HOOK },
  names: { dictionary: 'random', model: 'base', texts: [] },
  reporter: () => {},
  safePoint: async () => {},
});

beforeAll(async () => {
  model = await baseModel();
});
afterAll(() => model.release());

test('a latent asked for later, after others, is portrayed as one asked for at once', async () => {
  const { latents } = await portray({ ...options(), choice: { latents: [3] } });
  const gallery = await Gallery.open(options());
  await gallery.paint([5]);
  const { latents: again } = await gallery.paint([3]);
  expect(again[0]).toEqual(latents[0]);
  const { rows, fired, mean, max } = gallery.counts;
  expect(fired[3]).toBe(latents[0]!.density.successes);
  expect([rows, mean[3], max[3]]).toEqual([
    latents[0]!.density.n,
    latents[0]!.mean,
    latents[0]!.max,
  ]);
});

test('the effect of directions on one token is what the list of all tokens says of it', async () => {
  const { data } = dictionary.tensors.get('W_dec')!;
  const lists = await directionLogits(model, data, model.config.vocab_size);
  const token = 17;
  const effects = await directionEffects(model, data, token);
  lists.forEach(({ promoted }, latent) => {
    const listed = promoted.find((one) => one.token === token)!;
    expect(effects[latent]).toBeCloseTo(listed.effect, 4);
  });
});

test('the map keeps of the distances between unit directions what two axes can, and is the same again', async () => {
  const map = await mapDirections(dictionary);
  expect(await mapDirections(dictionary)).toEqual(map);
  const { data, shape } = dictionary.tensors.get('W_dec')!;
  const width = shape[1]!;
  const unit = Array.from({ length: dictionary.size }, (_, i) => {
    const row = Array.from(data.subarray(i * width, (i + 1) * width));
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  });
  const between = (a: readonly number[], b: readonly number[]) =>
    Math.hypot(...a.map((value, i) => value - b[i]!));
  fc.assert(
    fc.property(fc.nat(dictionary.size - 1), fc.nat(dictionary.size - 1), (a, b) => {
      const flat = Math.hypot(map.x[a]! - map.x[b]!, map.y[a]! - map.y[b]!);
      // A projection shortens.
      expect(flat).toBeLessThanOrEqual(between(unit[a]!, unit[b]!) + 1e-5);
    }),
  );
  // Total variance of the plane, over that of all: what the axes are said to hold.
  const spread = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const total = Array.from({ length: width }, (_, i) => spread(unit.map((row) => row[i]!)));
  const all = total.reduce((sum, value) => sum + value, 0);
  expect(spread(map.x) / all).toBeCloseTo(map.explained[0], 5);
  expect(spread(map.y) / all).toBeCloseTo(map.explained[1], 5);
  expect(map.explained[0]).toBeGreaterThanOrEqual(map.explained[1]);
});

test('the nearest direction is the one whose cosine is largest', async () => {
  const rows = fc.array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 6,
  });
  const usable = rows.filter((list) => list.every((row) => row.some((value) => value !== 0)));
  await fc.assert(
    fc.asyncProperty(usable, usable, async (own, others) => {
      const flat = (list: number[][]) => ({ data: Float32Array.from(list.flat()), width: 3 });
      const { largest, nearest } = await matchDirections(flat(own), flat(others));
      const cosine = (a: number[], b: number[]) =>
        a.reduce((sum, value, i) => sum + value * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);
      own.forEach((row, i) => {
        const best = Math.max(...others.map((other) => cosine(row, other)));
        expect(largest[i]).toBeCloseTo(best, 5);
        expect(cosine(row, others[nearest[i]!]!)).toBeCloseTo(best, 5);
      });
    }),
    { numRuns: 30 },
  );
});
