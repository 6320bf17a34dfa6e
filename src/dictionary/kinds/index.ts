/** @file The kinds of dictionaries. */
import { badInput, nearest } from '../../tensor/index.ts';
import type { DictionaryKind, FittedKind, TrainedKind } from '../kind.ts';
import { abstopk } from './abstopk.ts';
import { batchTopk } from './batchTopk.ts';
import { gated } from './gated.ts';
import { ica } from './ica.ts';
import { jumprelu } from './jumprelu.ts';
import { kmeans } from './kmeans.ts';
import { matryoshka } from './matryoshka.ts';
import { nmf } from './nmf.ts';
import { pca } from './pca.ts';
import { pcaKmeans } from './pcaKmeans.ts';
import { sphericalKmeans } from './sphericalKmeans.ts';
import { standard } from './standard.ts';
import { topk } from './topk.ts';
import { transcoder } from './transcoder.ts';
import { READ_TRANSCODERS } from './transcoders.ts';

/** Kinds that gradients train. */
export const TRAINED_KINDS: readonly TrainedKind[] = [
  standard,
  gated,
  topk,
  batchTopk,
  jumprelu,
  matryoshka,
  transcoder,
];

/** Kinds that are fitted to rows. */
export const FITTED_KINDS: readonly FittedKind[] = [
  kmeans,
  sphericalKmeans,
  pcaKmeans,
  pca,
  ica,
  nmf,
];

/** Kinds that are read from the files of others, and neither trained nor fitted here. */
export const READ_KINDS: readonly DictionaryKind[] = [abstopk, ...READ_TRANSCODERS];

/** All kinds; those that are trained by gradients, those that are fitted, then those that are only read. */
export const KINDS: readonly DictionaryKind[] = [...TRAINED_KINDS, ...FITTED_KINDS, ...READ_KINDS];

/** A kind by name. @throws TouchstoneError naming the nearest */
export function kindOf(name: string): DictionaryKind {
  return among(KINDS, name);
}

/** A kind that gradients train, by name. @throws TouchstoneError naming the nearest */
export function trainedKindOf(name: string): TrainedKind {
  return among(TRAINED_KINDS, name);
}

/** A kind that is fitted to rows, by name. @throws TouchstoneError naming the nearest */
export function fittedKindOf(name: string): FittedKind {
  return among(FITTED_KINDS, name);
}

function among<K extends DictionaryKind>(kinds: readonly K[], name: string): K {
  const kind = kinds.find((known) => known.name === name);
  if (kind) return kind;
  const names = kinds.map((known) => known.name);
  return badInput(
    `unknown kind of dictionary '${name}'`,
    `did you mean '${nearest(name, names)}'? There are ${names.join(', ')}`,
  );
}
