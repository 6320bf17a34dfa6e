/** @file The measures: each a formula of sums over rows, with its name in every output. */
import { bitsPerToken } from '../bits.ts';
import { type Measure, mapped, over, type Value } from './formula.ts';
import { MODEL } from './modelMeasures.ts';
import type { Sums } from './sums.ts';

const NO_NORM = 'all activations are 0';
const NOTHING = 'all reconstructions are 0, or orthogonal to the activations';
const NO_SPREAD = 'all activations are the same';
const GATED = 'Rajamanoharan et al. 2024 (arXiv 2404.16014)';

function gammaC({ H, P }: Sums): Value {
  return P > 0
    ? H / P
    : { undefined: "E[x x'] is not above 0: no scaling of the reconstruction helps" };
}

/** How well rows are reconstructed. X = E|x|^2, H = E|x'|^2, P = E[x x'], R = E|x - x'|^2. */
const ROWS: readonly Measure[] = [
  {
    name: 'mse',
    group: 'rows',
    formula: 'R: squared error of a row, summed over its width',
    source: 'SAELens from 6.45.2 on calls it mse; training minimises it',
    value: ({ R, rows }) => R / rows,
  },
  {
    name: 'fve',
    group: 'rows',
    formula: "1 - sum |x - x'|^2 / sum |x - mean|^2",
    source: 'fraction of variance explained; SAELens from 6.45.1 on calls it explained_variance',
    value: ({ R, variation }) => mapped(over(R, variation, NO_SPREAD), (share) => 1 - share),
  },
  {
    name: 'rho2',
    group: 'rows',
    formula: 'P^2 / (X H) = gamma_A gamma_B',
    source: "squared uncentred correlation; 1 only where x' = c x",
    value: ({ X, H, P }) => over(P * P, X * H, NOTHING),
  },
  {
    name: 'gamma_A',
    group: 'rows',
    formula: "argmin over g of E|x' - g x|^2 = P / X = (1 + (H - R) / X) / 2",
    source: `equation 9 of ${GATED} as it reads; below 1 wherever there is an error, so no sign of shrinkage`,
    value: ({ P, X }) => over(P, X, NO_NORM),
  },
  {
    name: 'gamma_pp',
    group: 'rows',
    formula: "E[x x' / |x|^2]: the mean of per-row projections",
    source: "gamma_A less Cov(x x' / |x|^2, |x|^2) / X",
    value: ({ projection, directed }) => over(projection, directed, NO_NORM),
  },
  {
    name: 'gamma_B',
    group: 'rows',
    formula: "argmin over g of E|g x' - x|^2 = P / H",
    source: 'the rescaling that helps; 1 / gamma_A only where rho2 is 1',
    value: ({ P, H }) => over(P, H, NOTHING),
  },
  {
    name: 'gamma_C',
    group: 'rows',
    formula: "argmin over g of E|x' / g - x|^2 = H / P",
    source: `relative reconstruction bias: ${GATED}, version 2; SAELens and dictionary_learning compute it so, a batch at a time`,
    value: gammaC,
  },
  {
    name: 'gamma_v1',
    group: 'rows',
    formula: 'sqrt(H / (X - R)) = sqrt(gamma_C / (2 - gamma_C))',
    source: `equation 10 of version 1 of ${GATED}, as reconstructed; equal to gamma_C to second order at 1`,
    value: (sums) => {
      const gamma = gammaC(sums);
      if (typeof gamma !== 'number') return gamma;
      if (gamma < 2) return Math.sqrt(gamma / (2 - gamma));
      return { undefined: `gamma_C is ${gamma.toPrecision(3)}, and gamma_v1 is real below 2 only` };
    },
  },
  {
    name: 'cosine',
    group: 'rows',
    formula: "E[x x' / (|x| |x'|)], 0 where x' is 0; over rows with x other than 0",
    source: 'SAELens and dictionary_learning: cossim',
    value: ({ cosine, directed }) => over(cosine, directed, NO_NORM),
  },
  {
    name: 'l2_ratio',
    group: 'rows',
    formula: "E[|x'| / |x|] over rows with x other than 0",
    source: 'SAELens and dictionary_learning: l2_ratio',
    value: ({ normRatio, directed }) => over(normRatio, directed, NO_NORM),
  },
  {
    name: 'l2_loss',
    group: 'rows',
    formula: "E|x - x'|, not squared",
    source: 'dictionary_learning: l2_loss',
    value: ({ distance, rows }) => distance / rows,
  },
  {
    name: 'fve_without_bias',
    group: 'rows',
    formula: "1 - sum_d Var(x_d - x'_d) / sum_d Var(x_d)",
    source: 'dictionary_learning: frac_variance_explained; does not see a constant error',
    value: ({ residualVariation, variation }) =>
      mapped(over(residualVariation, variation, NO_SPREAD), (share) => 1 - share),
  },
  {
    name: 'legacy_explained_variance_of_squares',
    group: 'rows',
    formula: '1 - R / (X - (mean over d of E[x_d^2])^2)',
    source:
      'SAELens up to 6.45.0 and SAEBench 0.6.0: explained_variance; not 0 for the mean as prediction',
    value: ({ R, X, rows }, { width }) => {
      const total = X / rows - (X / rows / width) ** 2;
      return mapped(over(R / rows, total, 'the formula divides by 0'), (share) => 1 - share);
    },
  },
  {
    name: 'legacy_explained_variance_per_row',
    group: 'rows',
    formula: "E[1 - |x - x'|^2 / |x - mean|^2], the mean over all rows and not over a batch",
    source: 'SAELens: explained_variance_legacy; the tables of the SAEBench paper',
    value: ({ unexplained, distant }) =>
      mapped(
        over(unexplained, distant, 'the mean of the rows was not given'),
        (share) => 1 - share,
      ),
  },
];

/** What codes cost. f: latents, m: their number. */
const LATENTS: readonly Measure[] = [
  {
    name: 'l0',
    group: 'latents',
    formula: 'mean number of latents other than 0',
    source: 'SAELens, dictionary_learning, SAEBench: l0',
    value: ({ l0, rows }) => l0 / rows,
  },
  {
    name: 'l1',
    group: 'latents',
    formula: 'E|f|_1',
    source: 'SAELens: l1; dictionary_learning: l1_loss',
    value: ({ l1, rows }) => l1 / rows,
  },
  {
    name: 'bits',
    group: 'latents',
    formula: 'L0 (log2(m / L0) + b); log2 m of clusterings that say only which cluster it is',
    source: "bits of one row's code with b bits a value, by Stirling's bound",
    value: ({ l0, rows }, { config, valueBits }) =>
      bitsPerToken(config, { l0: l0 / rows, valueBits }),
  },
];

/** All measures that are formulas of sums. */
export const MEASURES: readonly Measure[] = [...ROWS, ...LATENTS, ...MODEL];

/**
 * What equation E of the analysis of shrinkage expects of gamma_C about b_dec at the optimum of E|x - x'|^2 + c E|f|_1
 * with unit decoder rows: 1 - c E|f|_1 / (2 P). It holds where latents can be scaled by scaling the encoder.
 */
export function gammaOfPenalty({ l1, P }: Pick<Sums, 'l1' | 'P'>, coefficient: number): number {
  return 1 - (coefficient * l1) / (2 * P);
}
