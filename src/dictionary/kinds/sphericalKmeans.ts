/** @file Spherical k-means (Dhillon and Modha 2001): clusters of directions, and how far a row goes along its own. */
import { toUnit } from '../fitting/clusters.ts';
import { centreOf, lessCentre } from '../fitting/rows.ts';
import type { FittedKind } from '../kind.ts';
import { linearDecode, preActivations } from './autoencoder.ts';
import { CLUSTERING_DEFAULTS, clustersOf, linearTensors, sameWidthShapes } from './clustering.ts';
import { choiceSetting } from './settings.ts';
import { spread } from './spread.ts';

/**
 * A TopK autoencoder with k = 1 whose directions are those of clusters: the latent with the largest projection
 * on a row of W_dec (of norm 1) has that projection, if it is positive, as its value. `directions` says where they come
 * from: 'spherical', from clusters of least angle of x - b_dec; 'centroids', from those of k-means.
 */
export const sphericalKmeans: FittedKind = {
  name: 'spherical_kmeans',
  shapes: (config) => {
    choiceSetting(config, 'directions', ['spherical', 'centroids']);
    return sameWidthShapes(config);
  },
  encode: (x, weight, config) => {
    const pre = preActivations(x, weight, config);
    const { values, indices } = pre.topK(1);
    return spread(values.relu(), indices, pre);
  },
  decode: linearDecode,
  fitting: {
    defaults: { ...CLUSTERING_DEFAULTS, directions: 'spherical' },
    fit: async (work) => {
      const centre = centreOf(work.rows, work.config);
      const rows = lessCentre(work.rows, centre);
      const unit = work.config.directions !== 'centroids';
      if (unit) toUnit(rows.data, rows.width);
      const { centres, outcome } = await clustersOf(work, rows, unit);
      toUnit(centres, rows.width);
      return { tensors: linearTensors(Float32Array.from(centres), centre), outcome };
    },
  },
};
