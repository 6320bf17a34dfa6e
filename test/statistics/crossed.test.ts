/** @file Clusters that cross: what is drawn, and intervals of a mean over seeds by a closed form. */
import { expect, test } from 'vitest';
import { bootstrapIntervals, ClusterTree, CrossedClusters } from '../../src/statistics/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

test('a leaf is drawn as often as its row times as often as its column', () => {
  const crossed = new CrossedClusters(3, 4);
  const times = new Int32Array(crossed.leaves);
  crossed.resample(randomStream(1, 'bootstrap').reader(), times);
  const at = (row: number, column: number) => times[row * 4 + column]!;
  const total = times.reduce((sum, one) => sum + one, 0);
  expect(total).toBe(12);
  for (const row of [0, 1, 2]) {
    for (const column of [0, 1, 2, 3]) {
      const ofRow = [0, 1, 2, 3].reduce((sum, c) => sum + at(row, c), 0);
      const ofColumn = [0, 1, 2].reduce((sum, r) => sum + at(r, column), 0);
      expect(at(row, column) * total).toBe(ofRow * ofColumn);
    }
  }
});

test('one row with many columns is resampled as a plain list of clusters', () => {
  const values = Array.from({ length: 30 }, (_, i) => randomStream(2, 'x').normal(i));
  const tree = new ClusterTree();
  for (const i of values.keys()) tree.add(`${i}`, 1);
  tree.seal();
  const mean = (times: Int32Array) => [
    values.reduce((sum, value, i) => sum + times[i]! * value, 0) / 30,
  ];
  const crossed = new CrossedClusters(1, 30);
  expect(crossed.degrees).toBe(tree.degrees);
  expect(bootstrapIntervals(crossed, mean)).toEqual(bootstrapIntervals(tree, mean));
});

test('variance of a crossed mean has that of rows and that of columns', () => {
  // x = row effect + column effect: the variance of the mean is that of both means together.
  const [rows, columns] = [12, 40];
  const effect = (name: string) => (i: number) => randomStream(3, name).normal(i);
  const [row, column] = [effect('row'), effect('column')];
  const crossed = new CrossedClusters(rows, columns);
  const mean = (times: Int32Array) => {
    let sum = 0;
    for (let leaf = 0; leaf < times.length; leaf++) {
      sum += times[leaf]! * (row(Math.floor(leaf / columns)) + column(leaf % columns));
    }
    return sum / (rows * columns);
  };
  const reader = randomStream(4, 'bootstrap').reader();
  const times = new Int32Array(crossed.leaves);
  const draws = Array.from({ length: 400 }, () => {
    crossed.resample(reader, times);
    return mean(times);
  });
  const variance = (list: readonly number[]) => {
    const centre = list.reduce((sum, v) => sum + v, 0) / list.length;
    return list.reduce((sum, v) => sum + (v - centre) ** 2, 0) / list.length;
  };
  const of = (count: number, f: (i: number) => number) =>
    variance(Array.from({ length: count }, (_, i) => f(i))) / count;
  const expected = of(rows, row) + of(columns, column);
  expect(variance(draws) / expected).toBeGreaterThan(0.8);
  expect(variance(draws) / expected).toBeLessThan(1.25);
});
