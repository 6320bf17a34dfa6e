/** @file Dictionaries: sparse autoencoders and plain clustering behind one contract. */
export * from './bits.ts';
export * from './dictionary.ts';
export * from './edits.ts';
export * from './fitting/index.ts';
export * from './folder.ts';
export type {
  ChangeKind,
  FormatChange,
  FormatName,
  Provenance,
  ReadingOptions,
} from './formats/index.ts';
export { SAELENS_KINDS, SAELENS_VERSION, writtenConfig } from './formats/index.ts';
export * from './graphs.ts';
export * from './harvest/index.ts';
export * from './hash.ts';
export * from './kind.ts';
export {
  FITTED_KINDS,
  fittedKindOf,
  KINDS,
  kindOf,
  READ_KINDS,
  TRAINED_KINDS,
  trainedKindOf,
} from './kinds/index.ts';
export * from './measures/index.ts';
export * from './planted/index.ts';
export * from './portrait/index.ts';
export * from './training/index.ts';
