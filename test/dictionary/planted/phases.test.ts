/** @file Shuffled phases: covariances and spectra stay, structure goes. */
import { expect, test } from 'vitest';
import { phaseShuffled, plantDictionary, plantedRows } from '../../../src/dictionary/index.ts';

const planted = plantDictionary({ width: 8, latents: 24, active: 2, seed: 1 });
const { rows } = plantedRows(planted, 2500, 1);
const shuffled = phaseShuffled(rows, 7);

/** Means, covariances and the mean fourth power of each column, by plain loops. */
function momentsOf({ data, width }: { data: Float32Array; width: number }, count: number) {
  const column = (i: number) => Array.from({ length: count }, (_, row) => data[row * width + i]!);
  const columns = Array.from({ length: width }, (_, i) => column(i));
  const means = columns.map((values) => values.reduce((a, b) => a + b) / count);
  const centred = columns.map((values, i) => values.map((value) => value - means[i]!));
  const covariance = (i: number, j: number) =>
    centred[i]!.reduce((sum, value, row) => sum + value * centred[j]![row]!, 0) / count;
  const kurtosis = (i: number) =>
    centred[i]!.reduce((sum, v) => sum + v ** 4, 0) / count / covariance(i, i) ** 2;
  return { columns, means, covariance, kurtosis };
}

test('means and covariances are kept, and columns become normal', () => {
  expect(shuffled.data.length).toBe(2048 * 8);
  const [before, after] = [momentsOf(rows, 2048), momentsOf(shuffled, 2048)];
  for (let i = 0; i < 8; i++) {
    expect(after.means[i]).toBeCloseTo(before.means[i]!, 5);
    for (let j = 0; j < 8; j++) {
      expect(after.covariance(i, j)).toBeCloseTo(before.covariance(i, j), 5);
    }
    // Kurtosis of a normal variable is 3, with a standard error of sqrt(24 / n) = 0.11.
    expect(before.kurtosis(i)).toBeGreaterThan(3.6);
    expect(Math.abs(after.kurtosis(i) - 3)).toBeLessThan(0.55);
  }
});

test('the power of each frequency is kept, by a plain Fourier sum', () => {
  const power = (values: readonly number[], frequency: number) => {
    let [re, im] = [0, 0];
    values.forEach((value, row) => {
      const angle = (2 * Math.PI * frequency * row) / 2048;
      re += value * Math.cos(angle);
      im += value * Math.sin(angle);
    });
    return re * re + im * im;
  };
  const [before, after] = [momentsOf(rows, 2048), momentsOf(shuffled, 2048)];
  for (const frequency of [1, 5, 700, 1024]) {
    const expected = power(before.columns[2]!, frequency);
    expect(power(after.columns[2]!, frequency) / expected).toBeCloseTo(1, 3);
  }
});

test('the same seed shuffles alike, another otherwise; one row is refused', () => {
  expect(phaseShuffled(rows, 7).data).toEqual(shuffled.data);
  expect(phaseShuffled(rows, 8).data).not.toEqual(shuffled.data);
  expect(() => phaseShuffled({ data: new Float32Array(8), width: 8 }, 1)).toThrow('1 rows');
});
