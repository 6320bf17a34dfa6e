/** @file Dictionaries: sparse autoencoders and plain clustering behind one contract. */
export * from './dictionary.ts';
export * from './kind.ts';
export { KINDS, kindOf, TRAINED_KINDS, trainedKindOf } from './kinds/index.ts';
export * from './training/index.ts';
