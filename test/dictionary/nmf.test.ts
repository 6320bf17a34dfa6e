/** @file Non-negative matrix factorisation: against scikit-learn, and its codes against coordinate descent in float64. */
import { expect, test } from 'vitest';
import { bitsPerToken, fitDictionary } from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import {
  dot,
  matrixOf,
  normalRows,
  peer,
  rowsOf,
  squaredDistance,
  tensorOf,
} from './clusterings.ts';

const x = rowsOf(peer.nmf.x);
const config = {
  architecture: 'nmf',
  d_in: 12,
  d_sae: 5,
  apply_b_dec_to_input: false,
  tolerance: 1e-7,
  iterations: 500,
};

/** Least squares with f >= 0 by coordinate descent. */
function plainCodes(row: readonly number[], directions: readonly number[][]): number[] {
  const codes = directions.map(() => 0);
  let left = [...row];
  for (let sweep = 0; sweep < 3000; sweep++) {
    directions.forEach((direction, k) => {
      const next = Math.max(0, codes[k]! + dot(left, direction) / dot(direction, direction));
      const step = next - codes[k]!;
      left = left.map((value, i) => value - step * direction[i]!);
      codes[k] = next;
    });
  }
  return codes;
}

test("NMF comes within half a per cent of the squared error of scikit-learn's best of five starts", async () => {
  const errors: number[] = [];
  for (const seed of [0, 1]) {
    const dictionary = await fitDictionary(config, x, { seed });
    const found = matrixOf({ data: await dictionary.reconstruct(x), width: 12 });
    errors.push(found.reduce((sum, row, i) => sum + squaredDistance(row, peer.nmf.x[i]!), 0));
    const { objective } = dictionary.config.fitted as { objective: number };
    expect(objective / errors.at(-1)!).toBeCloseTo(1, 3);
  }
  const best = Math.min(...peer.nmf.errors);
  expect(Math.min(...errors) / best).toBeLessThan(1.005);
  expect(Math.min(...errors) / best).toBeGreaterThan(0.99);
});

test('NMF has directions of norm 1 and codes, none of them negative, and the codes are the least squares', async () => {
  const dictionary = await fitDictionary({ ...config, encode_iterations: 300 }, x);
  const directions = tensorOf(dictionary, 'W_dec');
  for (const row of directions) {
    expect(dot(row, row)).toBeCloseTo(1, 6);
    expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
  }
  const codes = matrixOf({ data: await dictionary.encode(x), width: 5 });
  codes.slice(0, 40).forEach((row, i) => {
    const expected = plainCodes(peer.nmf.x[i]!, directions);
    row.forEach((code, k) => void expect(Math.abs(code - expected[k]!)).toBeLessThan(2e-3));
    expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
  });
});

test('NMF counts activations of any sign from their least, and keeps the k largest codes where it is told to', async () => {
  const rows = normalRows(400, 6);
  const dictionary = await fitDictionary(
    { architecture: 'nmf', d_in: 6, d_sae: 8, k: 3, iterations: 20 },
    rows,
  );
  const least = [0, 1, 2, 3, 4, 5].map((i) => Math.min(...matrixOf(rows).map((row) => row[i]!)));
  expect(tensorOf(dictionary, 'b_dec')[0]).toEqual(least);
  for (const row of matrixOf({ data: await dictionary.encode(rows), width: 8 })) {
    expect(row.filter((code) => code !== 0).length).toBeLessThanOrEqual(3);
  }
  expect(bitsPerToken(dictionary.config, { l0: 3, valueBits: 8 })).toBeCloseTo(
    3 * (Math.log2(8 / 3) + 8),
  );
});

test('NMF refuses negative activations where it is not to shift them', async () => {
  await expect(fitDictionary({ ...config, d_in: 6 }, normalRows(50, 6))).rejects.toThrow(
    /row \d+, column \d+ of the activations is -.*, below 0/,
  );
});

test('NMF of a config and a seed gives the same bytes again, on any number of threads', async () => {
  const rows = { data: randomStream(1, 'rows').fillNormal(new Float32Array(300 * 8)), width: 8 };
  const small = { architecture: 'nmf', d_in: 8, d_sae: 6, iterations: 5 };
  const on = (threads: number) =>
    fitDictionary(small, rows, { seed: 3, runtime: nodeRuntime({ threads }) });
  const [first, again] = [await on(1), await on(2)];
  expect(again.tensors).toEqual(first.tensors);
});
