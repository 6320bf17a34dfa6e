/** @file Random streams: known answers, distributions, and independence of order, batch and of one another. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  normalQuantile,
  type RandomStream,
  randomStream,
  threefry2x32,
} from '../../src/tensor/index.ts';
import { fillNormal, normalFromBits } from '../../src/tensor/normal.ts';
import { threefryBlocks } from '../../src/tensor/threefry.ts';

interface Fixture {
  readonly threefry: { key: [number, number]; counter: [number, number]; block: number[] }[];
  readonly quantiles: [number, number][];
  readonly grid: number[];
}

/** By JAX and SciPy (test/fixtures/tensor/make.py). */
const FIXTURE = JSON.parse(
  readFileSync(new URL('../fixtures/tensor/random.json', import.meta.url), 'utf8'),
) as Fixture;

const COUNT = 100_000;
/** Largest distance of an empirical distribution function of COUNT draws that chance exceeds once in 10^6 (Kolmogorov). */
const DISTANCE = Math.sqrt(-Math.log(1e-6 / 2) / 2 / COUNT);

function normals(stream: RandomStream, count = COUNT): Float32Array {
  return stream.fillNormal(new Float32Array(count));
}

function uniforms(stream: RandomStream, count = COUNT): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => stream.uniform(i));
}

function moment(values: ArrayLike<number>, order: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** order;
  return sum / values.length;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = Math.min(a.length, b.length);
  const mean = (x: ArrayLike<number>) => moment({ ...x, length: n } as ArrayLike<number>, 1);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('the generator', () => {
  test('gives the blocks of Random123 and JAX', () => {
    for (const { key, counter, block } of FIXTURE.threefry) {
      expect(threefry2x32(key, counter)).toEqual(block);
    }
  });

  test('counts blocks across 2^32', () => {
    const out = new Uint32Array(8);
    threefryBlocks([1, 2], 0xfffffffe, 5, out, 4);
    const counters = [
      [0xfffffffe, 5],
      [0xffffffff, 5],
      [0, 6],
      [1, 6],
    ] as const;
    expect([...out]).toEqual(counters.flatMap((counter) => threefry2x32([1, 2], counter)));
  });
});

describe('normalQuantile', () => {
  test('is within 1.2e-9 of SciPy, relative', () => {
    for (const [p, expected] of FIXTURE.quantiles) {
      expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(
        1.2e-9 * Math.abs(expected),
      );
    }
  });
});

describe('normals', () => {
  test('have the moments of a standard normal within 5 standard errors', () => {
    const draws = normals(randomStream(1, 'noise'));
    // Moments 1 to 4 of a standard normal are 0, 1, 0, 3; those of twice the order give their variance.
    const [means, squares] = [
      [0, 1, 0, 3],
      [1, 3, 15, 105],
    ] as const;
    means.forEach((mean, i) => {
      const error = Math.sqrt((squares[i]! - mean ** 2) / COUNT);
      expect(Math.abs(moment(draws, i + 1) - mean), `moment ${i + 1}`).toBeLessThan(5 * error);
    });
  });

  test('pass Kolmogorov-Smirnov at the quantiles of SciPy', () => {
    const draws = normals(randomStream(2, 'noise')).sort();
    FIXTURE.grid.forEach((quantile, i) => {
      const below = draws.findLastIndex((x) => x <= quantile) + 1;
      expect(Math.abs(below / COUNT - (i + 1) / 200)).toBeLessThan(DISTANCE);
    });
  });

  test('number i is the same alone and in any batch from any offset', () => {
    const stream = randomStream(3, 'noise');
    const offset = fc.oneof(fc.nat(5000), fc.integer({ min: 2 ** 33 - 3000, max: 2 ** 33 + 3000 }));
    const property = fc.property(offset, fc.nat(3000), fc.nat(3000), (start, length, pick) => {
      const batch = stream.fillNormal(new Float32Array(length + 1), start);
      const i = pick % (length + 1);
      expect(stream.normal(start + i)).toBe(batch[i]);
    });
    fc.assert(property, { seed: 3, numRuns: 200 });
  });

  test('are those of the words of single blocks, which the generator gives one by one', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const offset = fc.oneof(fc.nat(50), fc.integer({ min: 2 ** 33 - 40, max: 2 ** 33 + 40 }));
    const property = fc.property(word, word, offset, fc.nat(40), (a, b, start, length) => {
      const expected = Float32Array.from({ length }, (_, i) => {
        const block = Math.floor((start + i) / 2);
        const words = threefry2x32([a, b], [block >>> 0, Math.floor(block / 2 ** 32)]);
        return normalFromBits(words[(start + i) % 2]!);
      });
      expect(fillNormal([a, b], new Float32Array(length), start)).toEqual(expected);
    });
    fc.assert(property, { seed: 4, numRuns: 300 });
  });

  test('refuse an offset that is no index', () => {
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => randomStream(0, 'x').fillNormal(new Float32Array(1), offset)).toThrow(
        `fillNormal: offset must be a non-negative integer, got ${offset}`,
      );
    }
  });
});

describe('uniforms', () => {
  test('are spread evenly over [0, 1)', () => {
    const draws = uniforms(randomStream(4, 'sampling')).sort();
    expect(draws[0]).toBeGreaterThanOrEqual(0);
    expect(draws.at(-1)).toBeLessThan(1);
    for (let k = 0; k < COUNT; k += 97)
      expect(Math.abs(draws[k]! - k / COUNT)).toBeLessThan(DISTANCE);
  });

  test('of integers hit each equally often', () => {
    const stream = randomStream(5, 'data');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < COUNT; i++) counts[stream.integer(i, 10)]!++;
    // Chi-square with 9 degrees of freedom exceeds 44.9 once in 10^6 (SciPy 1.17, chi2.isf).
    const expected = COUNT / 10;
    expect(counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(44.9);
  });
});

describe('streams', () => {
  const root = randomStream(6, 'noise');
  const streams: Record<string, RandomStream> = {
    root,
    'another seed': randomStream(7, 'noise'),
    'a far seed': randomStream(6 + 2 ** 32, 'noise'),
    'another name': randomStream(6, 'noisf'),
    'a sub-stream': root.at(0),
    'the next': root.at(1),
    'a far one': root.at(2 ** 32),
    deeper: root.at(0, 0),
    named: root.at('0'),
  };
  const names = Object.keys(streams);
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));

  test('of different seeds, names and paths are uncorrelated, the normals and the uniforms', () => {
    const n = 20_000;
    const draws = Object.fromEntries(
      names.map((name) => [name, [normals(streams[name]!, n), uniforms(streams[name]!, n)]]),
    );
    const limit = 5 / Math.sqrt(n);
    for (const [a, b] of pairs) {
      for (const x of draws[a]!)
        for (const y of draws[b]!)
          expect(Math.abs(correlation(x, y)), `${a}, ${b}`).toBeLessThan(limit);
    }
  });

  test('give normals independent of their own uniforms, and neighbours independent of each other', () => {
    const [x, y] = [normals(root), uniforms(root)];
    const limit = 5 / Math.sqrt(COUNT);
    const halves = [x.filter((_, i) => i % 2 === 0), x.filter((_, i) => i % 2 === 1)] as const;
    for (const [a, b] of [
      [x, y],
      [halves[0], y],
      [halves[1], y],
      [x, x.subarray(1)],
      [y, y.subarray(1)],
      halves,
    ] as const) {
      expect(Math.abs(correlation(a, b))).toBeLessThan(2 * limit);
    }
  });

  test('of different paths have different keys', () => {
    const part = fc.oneof(
      fc.nat(5),
      fc.maxSafeInteger(),
      fc.string(),
      fc.constantFrom('', 'a', 'ab', '0', '\0', 'noise'),
    );
    const path = fc.array(part, { maxLength: 3 });
    const property = fc.property(path, path, (a, b) => {
      const same =
        JSON.stringify(a.map((x) => (Object.is(x, -0) ? 0 : x))) ===
        JSON.stringify(b.map((x) => (Object.is(x, -0) ? 0 : x)));
      expect(String(root.at(...a).key) === String(root.at(...b).key)).toBe(same);
    });
    fc.assert(property, { seed: 6, numRuns: 2000 });
  });

  test('give a path in one step or in several the same stream', () => {
    expect(root.at('a', 3, 'b').key).toEqual(root.at('a').at(3).at('b').key);
  });

  test('give the same numbers in any order', () => {
    const forwards = Array.from({ length: 50 }, (_, i) => [root.uniform(i), root.normal(i)]);
    const backwards = Array.from({ length: 50 }, (_, i) => [
      root.uniform(49 - i),
      root.normal(49 - i),
    ]);
    expect(backwards.reverse()).toEqual(forwards);
  });

  test('refuse a seed or an index that is no integer', () => {
    expect(() => randomStream(-1, 'x')).toThrow('seed must be a non-negative integer, got -1');
    expect(() => randomStream(0.5, 'x')).toThrow('got 0.5');
    expect(() => root.at(0.5)).toThrow("a random stream's path takes names and integers, got 0.5");
  });
});

describe('a reader', () => {
  test('draws the numbers of its stream one after another', () => {
    const stream = randomStream(8, 'data');
    const reader = stream.reader();
    expect([reader.uniform(), reader.integer(1000), reader.normal()]).toEqual([
      stream.uniform(0),
      stream.integer(1, 1000),
      stream.normal(2),
    ]);
  });

  test('shuffles into every order equally often', () => {
    const reader = randomStream(9, 'data').reader();
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = reader.shuffle([1, 2, 3, 4]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom exceeds 70.6 once in 10^6 (SciPy 1.17, chi2.isf).
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(
      70.6,
    );
  });

  test('picks each item, and none from nothing', () => {
    const reader = randomStream(10, 'data').reader();
    expect(new Set(Array.from({ length: 100 }, () => reader.pick(['a', 'b', 'c']))).size).toBe(3);
    expect(() => reader.pick([])).toThrow('pick: there is nothing to pick from');
  });
});
