/** @file Steering without labels: perturbations that move a model far, and plainer rivals. */
export {
  type AdapterMelboOptions,
  adapterMelbo,
  type SteeringAdapter,
  steeringLora,
} from './adapters.ts';
export { Departure, type DepartureOptions, vectorPerturbation } from './departure.ts';
export { type InputAttack, type InputAttackOptions, inputAttack } from './inputAttack.ts';
export { type MelboOptions, melbo } from './melbo.ts';
export {
  type SearchOptions,
  type SerialSearchOptions,
  type SteeringVector,
  steeringEdit,
} from './options.ts';
export {
  activationVectors,
  type JacobianOptions,
  jacobianVectors,
  randomVectors,
} from './rivals.ts';
export {
  encodeVectors,
  openSteering,
  type SavedSteering,
  STEERING,
  type SteeringRecord,
  steeringDictionary,
  steeringSchema,
  VECTORS,
} from './saved.ts';
