/** @file k-means on the first principal components. */
import { Matrix } from 'ml-matrix';
import { halfSquares } from '../fitting/assignment.ts';
import { clusterSums, means } from '../fitting/clusters.ts';
import { type Axes, onto, principalAxes } from '../fitting/principal.ts';
import { centreOf, lessCentre } from '../fitting/rows.ts';
import { whiteningOf } from '../fitting/whitening.ts';
import type { DictionaryConfig, FittedKind } from '../kind.ts';
import { linearDecode } from './autoencoder.ts';
import {
  bitsOfMembership,
  CLUSTERING_DEFAULTS,
  clustersOf,
  linearTensors,
  membership,
  sameWidthShapes,
} from './clustering.ts';
import { wholeSetting } from './settings.ts';

/** Components where the config does not say. */
const COMPONENTS = 32;

function componentsOf(config: DictionaryConfig): number {
  const { components = Math.min(COMPONENTS, config.d_in) } = config;
  return wholeSetting({ ...config, components }, 'components', 1, config.d_in);
}

/** Into the space of the first components, and back: both [components, d_in]. */
function projections(axes: Axes, config: DictionaryConfig): { into: Matrix; back: Matrix } {
  const count = componentsOf(config);
  if (config.whiten) {
    const { whiten, colour } = whiteningOf(axes, count);
    return { into: whiten, back: colour };
  }
  const first = axes.axes.subMatrix(0, count - 1, 0, config.d_in - 1);
  return { into: first, back: first };
}

/**
 * Clusters of least squared distance among the first `components` principal components (default 32 or, if less, all),
 * with `whiten` each scaled to variance 1. A row is decoded as the mean of its cluster in all dimensions.
 */
export const pcaKmeans: FittedKind = {
  name: 'pca_kmeans',
  shapes: (config) => {
    componentsOf(config);
    return sameWidthShapes(config);
  },
  encode: membership,
  decode: linearDecode,
  bits: bitsOfMembership,
  fitting: {
    defaults: { ...CLUSTERING_DEFAULTS, whiten: false },
    fit: async (work) => {
      const { config, runtime } = work;
      const centre = centreOf(work.rows, config);
      const rows = lessCentre(work.rows, centre);
      const { into, back } = projections(await principalAxes(rows, runtime), config);
      const found = await clustersOf(work, await onto(rows, into, runtime));
      const { centres, labels, outcome } = found;
      const inner = Matrix.from1DArray(config.d_sae, into.rows, centres);
      const full = Float64Array.from(inner.mmul(back).to1DArray());
      const encoder = into.transpose().mmul(inner.transpose());
      const members = means(clusterSums(rows, labels, full), full);
      return {
        tensors: linearTensors(Float32Array.from(members), centre, {
          encoder: Float32Array.from(encoder.to1DArray()),
          bias: halfSquares(centres, into.rows),
        }),
        outcome,
      };
    },
  },
};
