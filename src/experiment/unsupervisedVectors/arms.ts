/** @file The arms of unsupervised-vectors: what each does, with what, and at which radius. */
import { activationVectors, jacobianVectors, randomVectors } from '../../model/index.ts';
import { prefixAttacks, slotAttacks } from './inputAttacks.ts';
import { addedEverywhere, type Intervention } from './judge.ts';
import { adapters, ascent, embeddingVectors, type Find, plainly } from './search.ts';
import type { VectorSettings } from './settings.ts';

export interface Arm {
  readonly name: string;
  readonly what: string;
  readonly affordances: readonly string[];
  /** Whether it is a variant, of fewer vectors. */
  readonly variant?: boolean;
  /** Another use of what was found, and its name as an arm. */
  readonly also?: {
    readonly name: string;
    readonly what: string;
    readonly as: (done: Intervention) => Intervention;
  };
  /** Norms among which an arm's own is chosen, model by model; without them it takes that of MELBO. */
  readonly radii?: (settings: VectorSettings) => readonly number[];
  readonly find: Find;
}

const radii = (settings: VectorSettings) => settings.radii;

const SEARCHED = ['activations', 'gradients', 'edits'];

export const ARMS: readonly Arm[] = [
  {
    name: 'MELBO',
    what: 'vectors found by ascent on the sphere with tangent gradients, orthogonal to those before; added at the last position of the prompt',
    affordances: SEARCHED,
    radii,
    find: ascent(),
    also: {
      name: 'MELBO, added everywhere',
      what: 'the same vectors at the same radius, added at every position of prompt and reply',
      as: addedEverywhere,
    },
  },
  {
    name: 'random',
    what: 'uniformly random vectors of the same norm',
    affordances: ['edits'],
    radii,
    find: plainly(randomVectors),
  },
  {
    name: 'Jacobian',
    what: "the first right singular vectors of the target's Jacobian, 30 rounds of power iteration",
    affordances: SEARCHED,
    radii,
    find: plainly(jacobianVectors),
  },
  {
    name: 'PCA',
    what: 'the main directions of the activations',
    affordances: ['activations', 'edits'],
    radii,
    find: plainly(activationVectors),
  },
  {
    name: 'tokens',
    what: 'two tokens put before every request, searched by gradient-guided swaps from random starts, at the compute of MELBO',
    affordances: ['activations', 'gradients'],
    find: prefixAttacks,
  },
  {
    name: 'MELBO everywhere, at its own radius',
    what: 'vectors of smaller norms, added at every position of prompt and reply, as published',
    affordances: SEARCHED,
    variant: true,
    radii: ({ nearRadii }) => nearRadii,
    find: async (search, count) => {
      const found = await ascent()(search, count);
      return found.map((one) => ({ ...one, done: addedEverywhere(one.done) }));
    },
  },
  {
    name: 'tokens in the slot',
    what: 'the same in the place where small talk names a pair: the form of the trigger is given away',
    affordances: ['activations', 'gradients', 'the form of the trigger'],
    variant: true,
    find: slotAttacks,
  },
  {
    name: 'embedding',
    what: 'MELBO on the embedding, at norms that are as large beside it',
    affordances: SEARCHED,
    variant: true,
    radii,
    find: embeddingVectors,
  },
  {
    name: 'MELBO, at the last position',
    what: 'vectors that are added at the last position of the prompt in the search, too',
    affordances: SEARCHED,
    variant: true,
    find: ascent({ perturbed: 1 }),
  },
  {
    name: 'MELBO, not orthogonal',
    what: 'each vector from a random start of its own, without regard to the others',
    affordances: SEARCHED,
    variant: true,
    find: ascent({ orthogonal: false }),
  },
  {
    name: 'MELBO, p = 4, over features',
    what: "power 4 of each token's norm: the formula",
    affordances: SEARCHED,
    variant: true,
    find: ascent({ power: 4 }),
  },
  {
    name: 'MELBO, p = 4, over tokens',
    what: "power 4 of each feature's norm over the tokens, as the published code takes it",
    affordances: SEARCHED,
    variant: true,
    find: ascent({ power: 4, norm: 'tokens' }),
  },
  {
    name: 'adapters',
    what: 'low-rank changes (rank 1) of the down-projection, at every position',
    affordances: [...SEARCHED, 'weights'],
    variant: true,
    radii,
    find: adapters,
  },
];

/** The arm of a name. */
export function armNamed(name: string): Arm {
  return ARMS.find((arm) => arm.name === name)!;
}
