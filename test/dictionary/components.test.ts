import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { principalAxes } from '../../src/dictionary/fitting/principal.ts';
import { centreOf, lessCentre } from '../../src/dictionary/fitting/rows.ts';
import { bitsPerToken, type DictionaryConfig, fitDictionary } from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
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

const { blobs } = peer;
const x = rowsOf(blobs.x);
const mean = meanOf(blobs.x);
const centred = blobs.x.map((row) => row.map((value, i) => value - mean[i]!));
const config: DictionaryConfig = { architecture: 'pca', d_in: 6, d_sae: 6 };

/** Cosine of two directions, whichever way they point. */
function likeness(a: readonly number[], b: readonly number[]): number {
  return Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('PCA', () => {
  test("has scikit-learn's components and variances", async () => {
    const centre = centreOf(x, { ...config, apply_b_dec_to_input: true });
    const { axes, values } = await principalAxes(lessCentre(x, centre), nodeRuntime());
    blobs.pca.components.forEach((component, i) => {
      expect(likeness(axes.getRow(i), component)).toBeCloseTo(1, 10);
      expect(values[i]! / blobs.pca.variances[i]!).toBeCloseTo(1, 6);
    });
  });

  test('with all components gives back what it encodes', async () => {
    const dictionary = await fitDictionary(config, x);
    const found = matrixOf({ data: await dictionary.reconstruct(x), width: 6 });
    found.forEach((row, i) => void expect(squaredDistance(row, blobs.x[i]!)).toBeLessThan(1e-9));
    await dictionary.release();
  });

  test('explains the share of variance that its components have', async () => {
    for (const d_sae of [1, 2, 4]) {
      const dictionary = await fitDictionary({ ...config, d_sae }, x);
      const share = (count: number) =>
        blobs.pca.variances.slice(0, count).reduce((sum, value) => sum + value, 0);
      expect(await explained(dictionary, x)).toBeCloseTo(share(d_sae) / share(6), 5);
      await dictionary.release();
    }
  });

  test('keeps the k latents of largest magnitude, with their signs', async () => {
    const all = await fitDictionary(config, x);
    const some = await fitDictionary({ ...config, k: 2 }, x);
    const full = matrixOf({ data: await all.encode(x), width: 6 });
    const kept = matrixOf({ data: await some.encode(x), width: 6 });
    full.forEach((row, i) => {
      const least = row.map(Math.abs).sort((a, b) => b - a)[1]!;
      expect(kept[i]).toEqual(row.map((value) => (Math.abs(value) >= least ? value : 0)));
    });
    expect(bitsPerToken(some.config, { l0: 2, valueBits: 8 })).toBeCloseTo(2 * (Math.log2(3) + 8));
    expect(bitsPerToken(all.config, { l0: 6, valueBits: 8 })).toBe(48);
  });

  test('of a fit has the same bytes on any number of threads', async () => {
    const rows = normalRows(6000, 150);
    const wide = { ...config, d_in: 150, d_sae: 20 };
    const one = await fitDictionary(wide, rows, { runtime: nodeRuntime({ threads: 1 }) });
    const two = await fitDictionary(wide, rows, { runtime: nodeRuntime({ threads: 2 }) });
    expect(two.tensors).toEqual(one.tensors);
  });

  test('that does not subtract b_dec has the axes of second moments', async () => {
    const dictionary = await fitDictionary({ ...config, d_sae: 1, apply_b_dec_to_input: false }, x);
    const [axis] = tensorOf(dictionary, 'W_dec');
    const gram = new Matrix(blobs.x.map((row) => [...row]));
    let power = new Matrix([mean]);
    for (let i = 0; i < 200; i++) {
      power = power.mmul(gram.transpose()).mmul(gram);
      power.div(power.norm());
    }
    expect(likeness(axis!, power.getRow(0))).toBeCloseTo(1, 8);
    expect(tensorOf(dictionary, 'b_dec')[0]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('PCA, then k-means', () => {
  const both = {
    ...config,
    architecture: 'pca_kmeans',
    d_sae: 10,
    restarts: 60,
    candidates: 4,
    tolerance: 0,
  };

  test.each([
    [3, blobs.best.three],
    [6, blobs.best.all],
  ])(
    'on %i components comes within half a per cent of the best of fifty starts of scikit-learn',
    async (components, best) => {
      const dictionary = await fitDictionary({ ...both, components }, x);
      const { objective } = dictionary.config.fitted as { objective: number };
      expect(objective / best).toBeLessThan(1.005);
      expect(bitsPerToken(dictionary.config, { l0: 1, valueBits: 8 })).toBeCloseTo(Math.log2(10));
    },
  );

  test.each([false, true])(
    'chooses by distance among components (whitened: %s)',
    async (whiten) => {
      const dictionary = await fitDictionary({ ...both, components: 3, whiten }, x);
      const latents = matrixOf({ data: await dictionary.encode(x), width: 10 });
      const labels = latents.map((row) => row.indexOf(1));
      const { components, variances } = blobs.pca;
      const inside = centred.map((row) =>
        [0, 1, 2].map((i) => dot(row, components[i]!) / (whiten ? Math.sqrt(variances[i]!) : 1)),
      );
      const of = (rows: readonly number[][]) =>
        [...Array(10).keys()].map((label) => meanOf(rows.filter((_, i) => labels[i] === label)));
      const centres = of(inside);
      labels.forEach((label, i) => {
        const distances = centres.map((centre) => squaredDistance(inside[i]!, centre));
        expect(distances[label]).toBeCloseTo(Math.min(...distances), 4);
      });
      const means = of(centred);
      tensorOf(dictionary, 'W_dec').forEach((row, label) => {
        expect(squaredDistance(row, means[label]!)).toBeLessThan(1e-9);
      });
    },
  );
});

describe('ICA', () => {
  const mixed = rowsOf(peer.ica.x);
  const four = { architecture: 'ica', d_in: 5, d_sae: 4, tolerance: 1e-7, iterations: 500 };

  test("finds the directions that scikit-learn's FastICA finds, and those that were mixed", async () => {
    const dictionary = await fitDictionary(four, mixed);
    const encoders = new Matrix(tensorOf(dictionary, 'W_enc')).transpose().to2DArray();
    const decoders = tensorOf(dictionary, 'W_dec');
    for (const theirs of peer.ica.components) {
      expect(Math.max(...encoders.map((ours) => likeness(ours, theirs)))).toBeGreaterThan(0.99999);
    }
    for (const direction of peer.ica.mixing) {
      expect(Math.max(...decoders.map((ours) => likeness(ours, direction)))).toBeGreaterThan(0.99);
    }
    expect(dictionary.config.fitted).toMatchObject({ converged: true, rows: 1000 });
  });

  test('decodes what it encodes, with independent latents that say how much they add', async () => {
    const dictionary = await fitDictionary(four, mixed);
    expect(await explained(dictionary, mixed)).toBeGreaterThan(1 - 1e-6);
    const latents = matrixOf({ data: await dictionary.encode(mixed), width: 4 });
    const moment = (i: number, j: number) => meanOf(latents.map((row) => [row[i]! * row[j]!]))[0]!;
    expect(Math.abs(moment(0, 1))).toBeLessThan(1e-3 * moment(0, 0));
    expect(moment(0, 0)).toBeGreaterThan(moment(3, 3));
    for (const row of tensorOf(dictionary, 'W_dec')) expect(dot(row, row)).toBeCloseTo(1, 6);
    for (const latent of [0, 1, 2, 3]) {
      expect(meanOf(latents.map((row) => [row[latent]! ** 3]))[0]).toBeGreaterThan(-1e-6);
    }
  });

  test('of a config and a seed gives the same bytes again', async () => {
    const first = await fitDictionary({ ...four, iterations: 5 }, mixed, { seed: 3 });
    const again = await fitDictionary({ ...four, iterations: 5 }, mixed, { seed: 3 });
    expect(again.tensors).toEqual(first.tensors);
  });
});
