/** @file Planted rows without end. */
import { expect, test } from 'vitest';
import { type BatchSource, plantDictionary } from '../../src/dictionary/index.ts';
import { freshRows } from '../../src/experiment/dictionaries/fresh.ts';

const planted = plantDictionary({ width: 8, latents: 16, active: 2, seed: 3 });
const truth = { planted, coefficients: { data: new Float32Array(), width: 16 } };
const plain = { mean: new Float64Array(8), scale: 1 };

/** Batches `from` to `to`, that one left out. */
async function taken(source: BatchSource, rows: number, from: number, to: number) {
  const batches: Float32Array[] = [];
  for await (const { x } of source.batches(rows, from)) {
    batches.push(x.data as Float32Array);
    if (batches.length === to - from) break;
  }
  return batches;
}

test('fresh rows can be taken up at any batch, also beyond the first draw', async () => {
  const source = freshRows(plain, truth, 1);
  const all = await taken(source, 4096, 0, 6);
  expect(await taken(source, 4096, 3, 6)).toEqual(all.slice(3));
});

test('no fresh row comes twice, and none is of another seed', async () => {
  const rows = new Set<string>();
  for (const seed of [1, 2]) {
    for (const batch of await taken(freshRows(plain, truth, seed), 4096, 0, 6)) {
      for (let at = 0; at < batch.length; at += 8) {
        const row = batch.subarray(at, at + 8);
        // Rows without any direction are all alike.
        if (row.some((value) => value !== 0)) rows.add(row.join());
      }
    }
  }
  // By the binomial law, 7/8 to the 16th of the rows have no direction, plus or minus 1 %.
  const expected = 2 * 6 * 4096 * (1 - (7 / 8) ** 16);
  expect(Math.abs(rows.size / expected - 1)).toBeLessThan(0.01);
});

test('fresh rows are moved and scaled as the rows for fitting are', async () => {
  const mean = Float64Array.from({ length: 8 }, (_, i) => i);
  const [moved] = await taken(freshRows({ mean, scale: 2 }, truth, 1), 64, 0, 1);
  const [raw] = await taken(freshRows(plain, truth, 1), 64, 0, 1);
  const expected = raw!.map((value, i) => (value - mean[i % 8]!) * 2);
  moved!.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
});
