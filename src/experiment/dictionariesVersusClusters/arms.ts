/** @file The arms of dictionaries-versus-clusters: autoencoders, clusterings and components. */
import { type DictionaryConfig, kindOf } from '../../dictionary/index.ts';

/** What an arm's size is: a penalty, k, or a number of clusters. */
type Knob = 'l1_coefficient' | 'k' | 'd_sae';

/** One method. */
export interface Arm {
  readonly name: string;
  /** The kind of dictionary. */
  readonly kind: string;
  readonly group: 'autoencoder' | 'clustering' | 'components';
  readonly knob: Knob;
  readonly settings: Readonly<Record<string, boolean | number | string>>;
  /** Components may point either way. */
  readonly signed: boolean;
  /** How many times as many latents as the space says: 1, but for wide autoencoders. */
  readonly wider: number;
}

const SWEEPS = { iterations: 20 };
const WIDE = 4;

export const ARMS: readonly Arm[] = [
  autoencoder('topk', 'k'),
  autoencoder('standard', 'l1_coefficient'),
  autoencoder('gated', 'l1_coefficient'),
  { ...autoencoder('topk', 'k'), name: 'topk wide', wider: WIDE },
  { ...autoencoder('gated', 'l1_coefficient'), name: 'gated wide', wider: WIDE },
  clustering('kmeans'),
  clustering('spherical_kmeans'),
  clustering('pca_kmeans'),
  components('pca', {}),
  components('ica', { iterations: 50 }),
  { ...components('nmf', { iterations: 50, encode_iterations: 30 }), signed: true },
];

function autoencoder(kind: string, knob: Knob): Arm {
  return arm(kind, { group: 'autoencoder', knob, settings: {}, signed: true });
}

function clustering(kind: string): Arm {
  return arm(kind, { group: 'clustering', knob: 'd_sae', settings: SWEEPS, signed: true });
}

function components(kind: string, settings: Arm['settings']): Arm {
  return arm(kind, { group: 'components', knob: 'k', settings, signed: false });
}

function arm(kind: string, rest: Omit<Arm, 'name' | 'kind' | 'wider'>): Arm {
  return { name: kind, kind, ...rest, wider: 1 };
}

/** A dictionary's config: the arm's, of a width, at a size. */
export function configOf(arm: Arm, d_in: number, latents: number, size: number): DictionaryConfig {
  const { kind, group, knob, settings, wider } = arm;
  const d_sae = knob === 'd_sae' ? size : group === 'components' ? d_in : wider * latents;
  const own = knob === 'd_sae' ? {} : { [knob]: knob === 'k' ? Math.min(size, d_sae) : size };
  return { architecture: kind, d_in, d_sae, ...settings, ...own };
}

/** Whether gradients train it. */
export function isTrained({ kind }: Arm): boolean {
  return kindOf(kind).training !== undefined;
}
