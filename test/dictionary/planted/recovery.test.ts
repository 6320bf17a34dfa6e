/** @file What is found of planted directions, on dictionaries whose answer is known. */
import { expect, test } from 'vitest';
import {
  absorptionOf,
  plantDictionary,
  plantedRows,
  quartersOf,
  type Rows,
  recallOf,
  recoveryOf,
} from '../../../src/dictionary/index.ts';

const WIDTH = 24;
const LATENTS = 20;
const planted = plantDictionary({
  width: WIDTH,
  latents: LATENTS,
  active: 3,
  power: 1,
  families: 3,
  seed: 2,
});

function row(direction: number, factor = 1): number[] {
  const { data } = planted.directions;
  return Array.from(data.subarray(direction * WIDTH, (direction + 1) * WIDTH), (v) => v * factor);
}

function rowsOf(rows: readonly number[][]): Rows {
  return { data: Float32Array.from(rows.flat()), width: WIDTH };
}

const all = Array.from({ length: LATENTS }, (_, i) => i);

test('the planted directions themselves, in any order and of any length, are all found', () => {
  const order = all.toReversed();
  const recovery = recoveryOf(rowsOf(order.map((i) => row(i, 1 + i))), planted);
  expect(recallOf(recovery)).toBe(1);
  expect([...recovery.latent]).toEqual(order);
  for (const cosine of recovery.largest) expect(cosine).toBeCloseTo(1, 5);
});

test('missing directions lower the recall of their quarter, copies count as split', () => {
  const { common, rare } = quartersOf(planted);
  const kept = all.filter((direction) => !rare.includes(direction));
  const recovery = recoveryOf(rowsOf([...kept, common[0]!].map((i) => row(i))), planted);
  expect(recallOf(recovery, common)).toBe(1);
  expect(recallOf(recovery, rare)).toBe(0);
  expect(recallOf(recovery)).toBe(kept.length / LATENTS);
  expect(recovery.alike[common[0]!]).toBe(2);
});

test('an opposite direction is found only where signs say nothing', () => {
  const opposite = rowsOf(all.map((i) => row(i, -1)));
  expect(recallOf(recoveryOf(opposite, planted))).toBe(0);
  expect(recallOf(recoveryOf(opposite, planted, { signed: false }))).toBe(1);
});

test('a parent that is silent in a known share of the rows with its child is absorbed by that share', () => {
  const { coefficients } = plantedRows(planted, 6000, 9);
  const recovery = recoveryOf(planted.directions, planted);
  const firing = coefficients.data.slice();
  let [together, silenced] = [0, 0];
  for (let i = 0; i < firing.length; i += LATENTS) {
    if (firing[i]! === 0 || firing[i + 3]! === 0) continue;
    if (together++ % 4 !== 0) continue;
    firing[i] = 0;
    silenced++;
  }
  const latents = { data: firing, width: LATENTS };
  // One parent of three is silent in a quarter of the rows, the other two never are.
  const expected = silenced / together / 3;
  expect(absorptionOf(recovery, planted, latents, coefficients)).toBeCloseTo(expected, 10);
  expect(absorptionOf(recovery, planted, coefficients, coefficients)).toBe(0);
});

test('without families there is nothing to absorb; other widths are refused', () => {
  const plain = plantDictionary({ width: WIDTH, latents: LATENTS, active: 3 });
  const { coefficients } = plantedRows(plain, 100, 1);
  const recovery = recoveryOf(plain.directions, plain);
  expect(absorptionOf(recovery, plain, coefficients, coefficients)).toBeUndefined();
  expect(() => recoveryOf({ data: new Float32Array(8), width: 4 }, plain)).toThrow('width 4');
});
