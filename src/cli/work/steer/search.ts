/** @file The search of `touchstone steer find`: each vector is kept in the run's journal once it is found. */
import { z } from 'zod';
import {
  activationVectors,
  type Departure,
  jacobianVectors,
  type LanguageModel,
  melbo,
  randomVectors,
  type SteeringVector,
} from '../../../model/index.ts';
import type { Run } from '../../../store/index.ts';
import type { SteerFindOptions } from '../../commands/steer.ts';
import type { Context } from '../../context.ts';

/** What vectors are searched with. */
export interface Search {
  readonly model: LanguageModel;
  readonly rows: readonly (readonly number[])[];
  readonly departure: Departure;
  /** Mean norm of the activation that vectors are added to. */
  readonly meanNorm: number;
  readonly radius: number;
  readonly options: SteerFindOptions;
}

/** Size of a step of ascent for each coordinate: a share of a coordinate's typical size. */
export function learningRateOf({ radius, departure, options }: Search): number {
  return (options.rate * radius) / Math.sqrt(departure.width);
}

/** The random vectors (and adapters) that others are held against have draws of their own. */
export const baselineSeed = (seed: number) => seed + 1_000_000_007;

const keptSchema = z.object({
  vector: z.array(z.number()),
  objective: z.number(),
  forwardTokens: z.number(),
  backwardTokens: z.number(),
});

/** The vectors: those that the journal has, and then the others. */
export async function findVectors(
  search: Search,
  run: Run,
  context: Context,
): Promise<SteeringVector[]> {
  const { model, rows, options } = search;
  const { at, target } = search.departure;
  const { safePoint, report: reporter } = context;
  const { vectors: count, seed } = options;
  const given = { at, target, radius: search.radius, count, seed, safePoint, reporter };
  const serial = {
    ...given,
    known: knownVectors(search, run),
    onFound: keepIn(run, context, options),
  };
  const learningRate = learningRateOf(search);
  switch (options.method) {
    case 'melbo':
      return melbo(model, rows, { ...serial, steps: options.steps, learningRate });
    case 'jacobian':
      return jacobianVectors(model, rows, serial);
    case 'pca':
      return activationVectors(model, rows, given);
    case 'random':
      return randomVectors(model, rows, given);
  }
}

/** Random vectors of the same norm: the baseline. */
export function baseline({ model, rows, departure, radius, options }: Search) {
  const { at, target, width } = departure;
  const [count, seed] = [Math.min(options.random, width), baselineSeed(options.seed)];
  return randomVectors(model, rows, { at, target, radius, count, seed });
}

const keyOf = (index: number) => `vector ${index}`;

function knownVectors({ departure: { at }, options }: Search, run: Run): SteeringVector[] {
  const known: SteeringVector[] = [];
  for (let i = 0; i < options.vectors; i++) {
    const kept = run.recall(keyOf(i));
    if (kept === undefined) break;
    const { vector, ...found } = keptSchema.parse(kept);
    known.push({ at, vector: Float32Array.from(vector), ...found });
  }
  return known;
}

function keepIn(run: Run, { report }: Context, { vectors, method }: SteerFindOptions) {
  return async ({ at: _, vector, ...found }: SteeringVector, index: number) => {
    await run.record(keyOf(index), { vector: [...vector], ...found });
    if (method !== 'melbo')
      report({ task: 'steering vectors', done: index + 1, total: vectors, unit: 'vectors' });
  };
}
