/** @file Planted rows are what they are said to be: sums of unit directions with the frequencies asked for. */
import { expect, test } from 'vitest';
import { type PlantOptions, plantDictionary, plantedRows } from '../../../src/dictionary/index.ts';

const OPTIONS: PlantOptions = { width: 16, latents: 40, active: 3, seed: 5 };

function shares({ data, width }: { data: Float32Array; width: number }): number[] {
  const count = data.length / width;
  return Array.from({ length: width }, (_, latent) => {
    let present = 0;
    for (let row = 0; row < count; row++) if (data[row * width + latent]! > 0) present++;
    return present / count;
  });
}

test('rows are the sums of unit directions times their coefficients', () => {
  const planted = plantDictionary(OPTIONS);
  const { rows, coefficients } = plantedRows(planted, 50, 1);
  const { data } = planted.directions;
  for (let i = 0; i < 40; i++) {
    expect(Math.hypot(...data.subarray(i * 16, i * 16 + 16))).toBeCloseTo(1, 5);
  }
  for (let row = 0; row < 50; row++) {
    for (let j = 0; j < 16; j++) {
      let sum = 0;
      for (let i = 0; i < 40; i++) sum += coefficients.data[row * 40 + i]! * data[i * 16 + j]!;
      expect(rows.data[row * 16 + j]).toBeCloseTo(sum, 5);
    }
  }
});

test('each direction is as frequent as the power law says, with sizes from 0.5 to 1.5', () => {
  const count = 20_000;
  const planted = plantDictionary({ ...OPTIONS, power: 1 });
  // The law itself: half of the rows at most, and 1 / (i + 1) of one number for all the others; 3 in all.
  const law = Array.from(planted.frequencies, (share, i) => (share < 0.5 ? share * (i + 1) : 0));
  const scale = law.at(-1)!;
  for (const value of law) if (value > 0) expect(value).toBeCloseTo(scale, 6);
  expect(planted.frequencies.reduce((a, b) => a + b)).toBeCloseTo(3, 6);
  const { coefficients } = plantedRows(planted, count, 2);
  shares(coefficients).forEach((share, i) => {
    const p = Math.min(0.5, scale / (i + 1));
    // Five standard errors of a share.
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
  });
  const sizes = coefficients.data.filter((size) => size > 0);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.5);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1.5);
  expect(sizes.reduce((a, b) => a + b) / sizes.length).toBeCloseTo(1, 2);
});

test('a child is present in half of the rows of its parent, and in no others', () => {
  const planted = plantDictionary({ ...OPTIONS, families: 4 });
  const { coefficients } = plantedRows(planted, 20_000, 3);
  const { data } = coefficients;
  for (let parent = 0; parent < 4; parent++) {
    let [parents, both, orphans] = [0, 0, 0];
    for (let row = 0; row < 20_000; row++) {
      const [own, child] = [data[row * 40 + parent]! > 0, data[row * 40 + parent + 4]! > 0];
      orphans += Number(child && !own);
      parents += Number(own);
      both += Number(child);
    }
    expect(orphans).toBe(0);
    expect(Math.abs(both / parents - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / parents));
  }
});

test('the first rows of a longer draw are the same, other seeds give others', () => {
  const planted = plantDictionary({ ...OPTIONS, families: 3, noise: 0.1 });
  const long = plantedRows(planted, 200, 4);
  const short = plantedRows(planted, 60, 4);
  expect(long.rows.data.subarray(0, 60 * 16)).toEqual(short.rows.data);
  expect(plantedRows(planted, 60, 5).rows.data).not.toEqual(short.rows.data);
  expect(plantDictionary({ ...OPTIONS, seed: 6 }).directions).not.toEqual(planted.directions);
});

test('plants that cannot be are refused in one line', () => {
  expect(() => plantDictionary({ ...OPTIONS, active: 30 })).toThrow('30 of 40 planted directions');
  expect(() => plantDictionary({ ...OPTIONS, families: 21 })).toThrow('21 families of 40');
  expect(() => plantDictionary({ ...OPTIONS, width: 0 })).toThrow('width 0');
  expect(() => plantDictionary({ ...OPTIONS, noise: -1 })).toThrow('noise -1');
});
