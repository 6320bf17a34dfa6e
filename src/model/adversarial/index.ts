/** @file Attacks on activations, and training against them. */
export type { LatentExample } from './examples.ts';
export { type LatentAttack, type LatentAttackOptions, latentAttack } from './latentAttack.ts';
export {
  type LatentRound,
  type LatentTrainingOptions,
  latentAdversarialTraining,
} from './training.ts';
