/** @file Dictionaries: sparse autoencoders and plain clustering behind one contract. */
export * from './bits.ts';
export * from './dictionary.ts';
export * from './fitting/index.ts';
export * from './harvest/index.ts';
export * from './kind.ts';
export {
  FITTED_KINDS,
  fittedKindOf,
  KINDS,
  kindOf,
  TRAINED_KINDS,
  trainedKindOf,
} from './kinds/index.ts';
export * from './planted/index.ts';
export * from './measures/index.ts';
export * from './training/index.ts';
