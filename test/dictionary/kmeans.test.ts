import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cluster } from '../../src/dictionary/fitting/lloyd.ts';
import { rowsAt } from '../../src/dictionary/fitting/rows.ts';
import { plusPlus } from '../../src/dictionary/fitting/seeding.ts';
import { bitsPerToken, type DictionaryConfig, fitDictionary } from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import {
  dot,
  explained,
  matrixOf,
  meanOf,
  normalRows,
  peer,
  rowsOf,
  squaredDistance,
  tensorOf,
} from './clusterings.ts';
import { plantedRows } from './planted.ts';

const { blobs } = peer;
const x = rowsOf(blobs.x);
const config: DictionaryConfig = { architecture: 'kmeans', d_in: 6, d_sae: 10 };

/** Number of the active latent of each row. */
function activeOf(latents: Float32Array, size: number): number[] {
  return matrixOf({ data: latents, width: size }).map((row) => row.findIndex((v) => v !== 0));
}

describe('k-means', () => {
  test("from scikit-learn's start ends at its clusters and its inertia", async () => {
    const found = await cluster({
      rows: x,
      count: 10,
      iterations: 300,
      tolerance: 0,
      restarts: 1,
      candidates: 1,
      minibatch: 0,
      unit: false,
      stream: randomStream(0, 'fit'),
      runtime: nodeRuntime(),
      progress: async () => {},
      start: Float64Array.from(rowsAt(x, blobs.start).data),
    });
    expect([...found.labels]).toEqual(blobs.kmeans.labels);
    expect(found.outcome.converged).toBe(true);
    expect(found.outcome.objective / blobs.kmeans.inertia).toBeCloseTo(1, 6);
  });

  test('with many starts comes within half a per cent of the best of fifty starts of scikit-learn', async () => {
    const dictionary = await fitDictionary(
      { ...config, restarts: 60, candidates: 4, tolerance: 0 },
      x,
    );
    const { objective } = dictionary.config.fitted as { objective: number };
    expect(objective / blobs.best.all).toBeLessThan(1.005);
    await dictionary.release();
  });

  test('encodes the nearest centre as 1 and decodes it as the mean of its cluster', async () => {
    const dictionary = await fitDictionary({ ...config, tolerance: 0 }, x);
    const latents = await dictionary.encode(x);
    const labels = activeOf(latents, 10);
    const mean = meanOf(blobs.x);
    const centres = tensorOf(dictionary, 'W_dec').map((row) => row.map((v, i) => v + mean[i]!));
    labels.forEach((label, row) => {
      const distances = centres.map((centre) => squaredDistance(blobs.x[row]!, centre));
      expect(distances[label]).toBeCloseTo(Math.min(...distances), 4);
    });
    expect(latents.reduce((sum, value) => sum + value, 0)).toBe(300);
    const decoded = matrixOf({
      data: await dictionary.decode({ data: latents, width: 10 }),
      width: 6,
    });
    labels.forEach((label, row) => {
      const members = meanOf(blobs.x.filter((_, other) => labels[other] === label));
      expect(squaredDistance(decoded[row]!, members)).toBeLessThan(1e-9);
    });
    await dictionary.release();
  });

  test('with one cluster explains nothing, with one for each row everything', async () => {
    for (const [d_sae, share] of [
      [1, 0],
      [300, 1],
    ] as const) {
      const dictionary = await fitDictionary({ ...config, d_sae }, x);
      expect(await explained(dictionary, x)).toBeCloseTo(share, 6);
      await dictionary.release();
    }
  });

  test('explains as much of rows that were all shifted', async () => {
    const shifted = { ...x, data: x.data.map((value) => value + 8) };
    const plain = await fitDictionary(config, x);
    const moved = await fitDictionary(config, shifted);
    expect(await explained(moved, shifted)).toBeCloseTo(await explained(plain, x), 4);
  });

  test('leaves no cluster empty where rows differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.nat(1000), async (d_sae, seed) => {
        const rows = normalRows(40, 3, seed);
        const dictionary = await fitDictionary({ ...config, d_in: 3, d_sae }, rows, { seed });
        expect(new Set(activeOf(await dictionary.encode(rows), d_sae)).size).toBe(d_sae);
        await dictionary.release();
      }),
      { numRuns: 10 },
    );
  });

  test('copes with fewer distinct rows than clusters', async () => {
    const rows = { data: new Float32Array(24).map((_, i) => Math.floor(i / 12)), width: 3 };
    const dictionary = await fitDictionary({ ...config, d_in: 3, d_sae: 5 }, rows);
    expect(await explained(dictionary, rows)).toBe(1);
    await dictionary.release();
  });

  test('in mini-batches comes near to all rows at once', async () => {
    const all = await fitDictionary(config, x);
    const some = await fitDictionary({ ...config, minibatch: 50 }, x);
    expect(await explained(some, x)).toBeGreaterThan((await explained(all, x)) - 0.03);
  });

  test('of a config and a seed gives the same bytes again, on any number of threads', async () => {
    const rows = plantedRows(5000, { width: 16, latents: 64 });
    const wide = { ...config, d_in: 16, d_sae: 300, iterations: 10 };
    const tensors = async (seed: number, threads: number, other = {}) => {
      const options = { seed, runtime: nodeRuntime({ threads }) };
      return (await fitDictionary({ ...wide, ...other }, rows, options)).tensors;
    };
    const first = await tensors(1, 2);
    expect(await tensors(1, 2)).toEqual(first);
    expect(await tensors(1, 1)).toEqual(first);
    expect(await tensors(2, 2)).not.toEqual(first);
    const small = { minibatch: 700, restarts: 2, iterations: 3 };
    expect(await tensors(1, 1, small)).toEqual(await tensors(1, 2, small));
  });

  test('costs log2 of the number of clusters', () => {
    expect(bitsPerToken({ ...config, d_sae: 1024 }, { l0: 1, valueBits: 8 })).toBe(10);
  });
});

describe('spherical k-means', () => {
  const spherical = { ...config, architecture: 'spherical_kmeans' };

  test('gives the most alike direction the projection on it, and costs the value too', async () => {
    const dictionary = await fitDictionary(spherical, x);
    const directions = tensorOf(dictionary, 'W_dec');
    const mean = meanOf(blobs.x);
    const latents = matrixOf({ data: await dictionary.encode(x), width: 10 });
    for (const [row, values] of latents.entries()) {
      const products = directions.map((d) =>
        dot(
          d,
          blobs.x[row]!.map((v, i) => v - mean[i]!),
        ),
      );
      const most = Math.max(...products);
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(products[i] === most ? Math.max(0, most) : 0, 4);
      });
    }
    expect(bitsPerToken({ ...spherical, d_sae: 1024 }, { l0: 1, valueBits: 8 })).toBe(18);
    await dictionary.release();
  });

  test('finds directions that are the normalised sums of their unit members', async () => {
    const uncentred = { ...spherical, apply_b_dec_to_input: false, tolerance: 0, d_sae: 4 };
    const dictionary = await fitDictionary(uncentred, x);
    const labels = activeOf(await dictionary.encode(x), 4);
    const unit = blobs.x.map((row) => row.map((v) => v / Math.sqrt(dot(row, row))));
    tensorOf(dictionary, 'W_dec').forEach((direction, cluster) => {
      const mean = meanOf(unit.filter((_, row) => labels[row] === cluster));
      const norm = Math.sqrt(dot(mean, mean));
      mean.forEach((v, i) => void expect(direction[i]).toBeCloseTo(v / norm, 5));
    });
    expect(tensorOf(dictionary, 'b_dec')).toEqual([[0, 0, 0, 0, 0, 0]]);
    await dictionary.release();
  });

  test('can take the directions of centroids', async () => {
    const plain = await fitDictionary(config, x);
    const dictionary = await fitDictionary({ ...spherical, directions: 'centroids' }, x);
    const centres = tensorOf(plain, 'W_dec');
    tensorOf(dictionary, 'W_dec').forEach((direction, i) => {
      const norm = Math.sqrt(dot(centres[i]!, centres[i]!));
      expect(dot(direction, centres[i]!) / norm).toBeCloseTo(1, 5);
    });
    expect(dictionary.tensors.get('b_enc')!.data).toEqual(new Float32Array(10));
  });
});

describe('k-means++', () => {
  const rows = { data: Float32Array.of(0, 1, 3), width: 1 };

  test('draws the second centre in proportion to squared distance', async () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = (await plusPlus(rows, 2, randomStream(i, 'start').reader())).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // From 0 the others are at squared distances 1 and 9, from 1 at 1 and 4, from 3 at 9 and 4.
    const expected = {
      '0,1': 0.1,
      '0,2': 0.9,
      '1,0': 0.2,
      '1,2': 0.8,
      '2,0': 9 / 13,
      '2,1': 4 / 13,
    };
    for (const [key, share] of Object.entries(expected)) {
      expect(Math.abs(counts.get(key)! / 6000 - share / 3)).toBeLessThan(0.025);
    }
  });

  test('of several candidates takes the one that leaves least', async () => {
    for (let i = 0; i < 200; i++) {
      const reader = randomStream(i, 'start').reader();
      const [first, second] = await plusPlus(rows, 2, reader, { candidates: 40 });
      // From 0 the row at 3 leaves 1, from 1 it does so, too; from 3 both leave 1.
      if (first !== 2) expect(second).toBe(2);
    }
  });

  test('draws no row twice while distances are left', async () => {
    const some = rowsOf(blobs.x.slice(0, 40));
    const chosen = await plusPlus(some, 40, randomStream(3, 'start').reader());
    expect(new Set(chosen).size).toBe(40);
  });
});
