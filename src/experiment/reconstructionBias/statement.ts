/** @file What reconstruction-bias says before it is run. */
import type { Statement } from '../statement.ts';

const ACTIVATIONS = ['activations'];

export const statement: Statement = {
  question:
    'Do sparse autoencoders reconstruct activations too small, which measure shows it, and does a gated encoder with its auxiliary loss avoid it at no loss of fidelity?',
  hypothesis:
    'An L1 penalty shrinks reconstructions by just what stationarity in their scale demands; gamma_A, the projection of the reconstruction on the activation, mixes this up with error, gamma_C does not. A gated autoencoder has gamma_C = 1 and a better curve of fidelity by sparsity than the plain one at equal arithmetic; without the auxiliary loss its gate dies. Held-out reconstruction rewards latents that no model reads, and ablation finds them out.',
  arms: [
    {
      name: 'standard',
      what: 'ReLU latents under an L1 penalty, 6 penalties',
      affordances: ACTIVATIONS,
    },
    {
      name: 'gated',
      what: 'the loss of Rajamanoharan et al. 2024 (arXiv 2404.16014), equation 8, 6 penalties',
      affordances: ACTIVATIONS,
    },
    {
      name: 'topk',
      what: 'the k largest latents, loss of dead latents, 6 values of k',
      affordances: ACTIVATIONS,
    },
    {
      name: 'variants of the gate',
      what: 'no auxiliary loss, also in long training; a soft gate, a straight-through gate and a rescaled ReLU without it; rescale and shift; an auxiliary decoder that is not cut off from gradients',
      affordances: ACTIVATIONS,
    },
    {
      name: 'known dictionaries',
      what: "a planted model's features alone, and with latents for by-products that it does not read, behind a gate or by ReLU",
      affordances: ['activations', 'the planted truth', 'the model downstream'],
    },
  ],
  measures: [
    { name: 'gamma_C', definition: "E|x'|^2 / E[x x']: the g for which x' / g is nearest to x" },
    {
      name: 'gamma_A',
      definition: "E[x x'] / E|x|^2 = rho^2 gamma_C: the g for which g x is nearest to x'",
    },
    { name: 'gamma_pp', definition: "E[x x' / |x|^2], the mean of projections row by row" },
    {
      name: 'gamma_B',
      definition: "E[x x'] / E|x'|^2 = 1 / gamma_C; not 1 / gamma_A unless x' = c x",
    },
    {
      name: 'gamma_v1',
      definition: "sqrt(E|x'|^2 / (E|x|^2 - E|x - x'|^2)) = sqrt(gamma_C / (2 - gamma_C))",
    },
    {
      name: 'equation E',
      definition: "gamma_C = 1 - l1_coefficient E|f|_1 / (2 E[x x']), x and x' about b_dec",
    },
    { name: 'fve', definition: "1 - sum|x - x'|^2 / sum|x - mean|^2" },
    {
      name: 'ce_recovered',
      definition:
        "(CE_zero - CE_spliced) / (CE_zero - CE_original), the reconstruction in place of the model's activation",
    },
    {
      name: 'area between curves',
      definition:
        'integral of the difference of two curves over the range of log2 L0 that both have, by its width; seeds and documents are resampled for its interval',
    },
    {
      name: 'recall',
      definition: 'share of planted directions with a latent at cosine 0.9 or more',
    },
    {
      name: 'found read, unread',
      definition:
        'whether ablating a latent changes the outputs by more, or by less, than random directions of the same norm (interval of the share effect / (effect + random) above or below one half)',
    },
    {
      name: 'probe lost',
      definition:
        'AUROC of a ridge probe for the firing of a latent on activations, less that on outputs',
    },
  ],
  samples:
    'Planted: sums of 3 of 256 directions in 64 dimensions, on average, 65,536 rows to fit, 4,096 to measure. Real: residual stream after block 2 of the shipped base model (192 dimensions) over texts that it was not trained on, as many rows; ce_recovered over 16 contexts of 128 tokens. Five seeds each. gamma_C differs between seeds by about 0.003, so an interval over five seeds is about 0.004 to each side: a shift of 0.03 cannot be missed. Equation E is checked to 2 % with intervals of about 0.5 %. All trainings of a place spend the same number of matrix products, and their learning rates fall to 0 from a quarter of the steps on; learning rates were compared on validation seeds and texts. A gate without auxiliary loss is also trained for long: of the model 15,000 steps of 32 rows, of planted rows 12,000 steps of 256, none of which comes twice. Chosen after a look at an earlier full run and at trials on the validation seed: in the earlier run (64 directions in 32 dimensions, constant rates for four fifths of the steps, at batches of 128) equation E was off by 2.8 % at the largest penalty on the base model, and L0 without auxiliary loss was 0.0012 and 0.54. Longer decay and smaller batches bring equation E to about 1 % there, and where the learning rate is too low for the length, planted dictionaries miss it by up to 22 %: it holds at convergence alone. Without auxiliary loss L0 falls on with the number of rows, for a latent is closed by what opens it: 480,000 planted rows out of 65,536 left 0.0015 to 0.0022 on held-out ones (and 0.0003 on those that were trained on), so planted rows are fresh ones, and more; a batch of 256 and a rate that falls from a quarter of the steps on were chosen among five on the validation seed (L0 0.0002 to 0.0024 there).',
  decision:
    'No shrinkage: the interval of gamma_C inside [0.97, 1.03] at every penalty. Equation E: the interval of measured / expected - 1 inside [-2 %, 2 %] at every penalty. Recovery: the interval of recall above 0.9. Dead gate: the interval of L0 on held-out rows below 0.001. Better curve: the interval of the area above 0. A claim is refuted where an interval lies outside altogether, and undecided else. By-products: variance that they explain above 0; 9 of 10 found unread, and 9 of 10 features not.',
};
