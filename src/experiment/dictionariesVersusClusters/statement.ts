/** @file What dictionaries-versus-clusters says before it is run. */
import type { Statement } from '../statement.ts';

const ACTIVATIONS = ['activations'];

export const statement: Statement = {
  question:
    'Are sparse autoencoders more than one unsupervised method among others: do they explain more at equal bits, find more of what is there, and fail otherwise than clusterings?',
  hypothesis:
    'At equal bits autoencoders explain somewhat more than clusterings; on planted directions they recover far more. Both lose rare features, depend on seeds and settings, and find "structure" in a random-weights model and in data of shuffled phases. Variance explained does not tell a true dictionary from a rotated one; ablation does.',
  arms: [
    {
      name: 'topk, standard, gated',
      what: 'sparse autoencoders trained by gradients, several sparsities',
      affordances: ACTIVATIONS,
    },
    {
      name: 'topk wide, gated wide',
      what: 'the same with four times the latents on the model, at sparsities of few bits',
      affordances: ACTIVATIONS,
    },
    {
      name: 'kmeans, spherical_kmeans, pca_kmeans',
      what: 'clusterings with k-means++ starts of all dimensions, of directions, and of 32 principal components; 20 sweeps',
      affordances: ACTIVATIONS,
    },
    {
      name: 'pca, ica, nmf',
      what: 'components, of which a row keeps the k largest',
      affordances: ACTIVATIONS,
    },
    {
      name: 'true and rotated dictionary',
      what: "a planted model's directions, and the same mixed in blocks of 4",
      affordances: ['activations', 'the planted truth', 'the model downstream'],
    },
  ],
  measures: [
    {
      name: 'fve',
      definition:
        "1 - sum|x - x'|^2 / sum|x - mean|^2 on held-out rows, values of latents rounded to 2 bits",
    },
    {
      name: 'bits',
      definition:
        'L0 (log2(m / L0) + 2) of m latents; log2 m of clusterings that say only which cluster it is',
    },
    {
      name: 'recall',
      definition: 'share of planted directions with a latent at cosine 0.9 or more',
    },
    {
      name: 'rare features lost',
      definition:
        'recall of the most frequent quarter of directions less that of the least frequent',
    },
    {
      name: 'split',
      definition: 'share of found directions (cosine 0.7) with more than one latent',
    },
    {
      name: 'absorbed',
      definition:
        "1 - P(a parent's latent fires | parent and child) / P(it fires | parent alone), the mean over parents found",
    },
    {
      name: 'stability',
      definition: 'mean cosine of latents of two seeds paired one to one (Hungarian algorithm)',
    },
    {
      name: 'sensitivity',
      definition: 'largest less smallest recall, or fve, over neighbouring settings',
    },
    {
      name: 'selectivity',
      definition:
        "share of an ablation's squared change of the outputs on the output that changes most",
    },
  ],
  samples:
    "Planted: sums of 3 of 256 directions in 64 dimensions on average; all equally frequent, and by a power law (exponent 0.7) with 16 parents and children and noise. Models: residual stream after block 2 of the shipped base model (192 dimensions), of one of its shape with random weights, and the base model's with shuffled phases. 65,536 rows to train on, of which clusterings and components take 8,192; 4,096 to measure. Five seeds everywhere. Between seeds fve differs by about 0.005 and recall by about 0.02: intervals over five seeds are about 0.006 and 0.025 to each side. Learning rates were compared on validation seeds and texts of reconstruction-bias; sizes of the recovery arms were tried on another draw of rows of the same plant. Chosen after a look: 2 bits of a value and the comparison at 10 bits after trials, so that k-means could be compared at all; wide autoencoders, the comparison at 12 bits and the sizes at which controls are fitted after a first full run, in which autoencoders of 256 latents explained less than clusterings at 10 bits.",
  decision:
    'Recovery: the interval of recall above 0.9. Equal bits: intervals of the best autoencoder of either width and the best clustering apart, at 10 bits and at 12. A failure is shared where its interval is above 0 for every autoencoder and clustering at its main size on unequal planted directions. Structure beyond the control: intervals apart. Rotation: variance explained equal to 1e-4, intervals of selectivity apart.',
};
