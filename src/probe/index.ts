/** @file Linear probes: a direction and a bias that tell two classes of activations apart, how they are fitted, and how well they detect. */
export * from './detection.ts';
export * from './linearProbe.ts';
export * from './logistic.ts';
export * from './meanDifference.ts';
