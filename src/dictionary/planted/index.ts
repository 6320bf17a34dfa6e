/** @file Activations whose making is known, and what tells true latents from invented ones. */
export { type CausalOptions, causalEffects, type LatentEffect } from './causal.ts';
export { randomDirections, readoutsOf } from './directions.ts';
export { type Invention, knownDictionary, rotatedDictionary } from './known.ts';
export { phaseShuffled } from './phases.ts';
export * from './plant.ts';
export { type MatchedProbe, matchedProbe } from './probe.ts';
export {
  absorptionOf,
  quartersOf,
  type Recovery,
  recallOf,
  recoveryOf,
} from './recovery.ts';
export { type Downstream, plantXor, type XorModel, type XorOptions, xorRows } from './xor.ts';
