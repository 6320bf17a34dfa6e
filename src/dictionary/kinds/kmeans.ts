/** @file k-means: each row is the mean of its cluster. */
import { centreOf, lessCentre } from '../fitting/rows.ts';
import type { FittedKind } from '../kind.ts';
import { linearDecode } from './autoencoder.ts';
import {
  bitsOfMembership,
  CLUSTERING_DEFAULTS,
  clustersOf,
  membership,
  nearestCentre,
  sameWidthShapes,
} from './clustering.ts';

/**
 * Clusters of least squared distance: k-means++ starts, Lloyd's sweeps. One latent is active, with the value 1.
 * b_dec is the mean of all rows and W_dec holds what centres differ from it, so a latent's row is a
 * direction as in an autoencoder, and without its latent a row is decoded as the mean.
 */
export const kmeans: FittedKind = {
  name: 'kmeans',
  shapes: sameWidthShapes,
  encode: membership,
  decode: linearDecode,
  bits: bitsOfMembership,
  fitting: {
    defaults: CLUSTERING_DEFAULTS,
    fit: async (work) => {
      const centre = centreOf(work.rows, work.config);
      const { centres, outcome } = await clustersOf(work, lessCentre(work.rows, centre));
      return { tensors: nearestCentre(centres, centre), outcome };
    },
  },
};
