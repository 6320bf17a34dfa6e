/** @file Symbolic tensors, gradients, ONNX programs and random streams. Uses no Node built-ins. */
export * from './errors.ts';
export { gradients } from './gradients.ts';
export { freeArrays } from './memory.ts';
export { normalQuantile } from './normal.ts';
export { attention } from './operations/attention.ts';
export { crossEntropy } from './operations/crossEntropy.ts';
export { addAtLast, scatterAdd } from './operations/indexing.ts';
export { constant, extent, input } from './operations/leaf.ts';
export { concat, pad } from './operations/movement.ts';
export { rope } from './operations/rope.ts';
export * from './optimizer.ts';
export * from './program.ts';
export * from './progress.ts';
export * from './random.ts';
export * from './runtime.ts';
export * from './shape.ts';
export {
  type AscentOptions,
  dot,
  lengthOf,
  randomPoint,
  removeDirections,
  SphereAscent,
  toRadius,
} from './sphere.ts';
export { type Operand, Tensor } from './tensor.ts';
export type { Employer, Thread, ThreadStarter } from './thread.ts';
