/** @file What all searches for steering vectors take and give. */
import { badUsage, type Reporter } from '../../tensor/index.ts';
import type { Edit } from '../edits.ts';
import type { HookName } from '../hooks.ts';
import type { DepartureOptions } from './departure.ts';

export interface SearchOptions extends DepartureOptions {
  /** Norm of every vector: only vectors of one norm compare. */
  readonly radius: number;
  /** Default 8. */
  readonly count?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly reporter?: Reporter;
  /** Called between steps; may throw to stop. */
  readonly safePoint?: () => Promise<void>;
}

/** A search that finds one vector after another, and can go on where it was stopped. */
export interface SerialSearchOptions extends SearchOptions {
  /** The first vectors of this very search, found before: it goes on behind them. Default: none. */
  readonly known?: readonly SteeringVector[];
  /** Called with each further vector. */
  readonly onFound?: (found: SteeringVector, index: number) => Promise<void>;
}

/** A vector that was found, and what finding it cost. */
export interface SteeringVector {
  readonly at: HookName;
  readonly vector: Float32Array;
  /** The objective at it: the sum over prompts of how far the target moves. */
  readonly objective: number;
  /** Tokens passed forward in the search. */
  readonly forwardTokens: number;
  /** Tokens passed back. */
  readonly backwardTokens: number;
}

/** The edit that adds a vector at every position. */
export function steeringEdit({ at, vector }: SteeringVector, scale = 1): Edit {
  return { at, do: 'add', vector: [...vector], scale };
}

/** Vectors one after another, behind those that are known. */
export async function oneByOne(
  { known = [], onFound }: SerialSearchOptions,
  count: number,
  next: (found: readonly SteeringVector[]) => Promise<SteeringVector>,
): Promise<SteeringVector[]> {
  const found = known.slice(0, count);
  while (found.length < count) {
    const one = await next(found);
    found.push(one);
    await onFound?.(one, found.length - 1);
  }
  return found;
}

/** How many vectors, checked. @throws TouchstoneError where radius or count make no sense */
export function checkSearch({ radius, count = 8 }: SearchOptions, width: number): number {
  if (!(radius > 0 && Number.isFinite(radius))) badUsage(`radius ${radius}`, 'it is above 0');
  if (!Number.isSafeInteger(count) || count < 1 || count > width) {
    badUsage(`${count} vectors of width ${width}`, `count is a whole number from 1 to ${width}`);
  }
  return count;
}
