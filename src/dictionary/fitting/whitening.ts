/** @file Rows of variance 1 in all directions, and back. */
import { badInput } from '../../tensor/index.ts';
import type { Axes } from './principal.ts';

/** A variance below this share of the largest is taken for rounding. */
const NOTHING = 1e-10;

/** The first principal axes, each divided by, and multiplied with, the deviation along it; both [count, width]. */
export function whiteningOf({ axes, values }: Axes, count: number) {
  checkRank(values, count);
  const first = axes.subMatrix(0, count - 1, 0, axes.columns - 1);
  const deviations = values.slice(0, count).map(Math.sqrt);
  return {
    whiten: first.clone().divColumnVector(deviations),
    colour: first.clone().mulColumnVector(deviations),
  };
}

function checkRank(variances: readonly number[], count: number): void {
  const rank = variances.filter((value) => value > NOTHING * variances[0]!).length;
  if (count <= rank) return;
  badInput(
    `the activations vary in ${rank} directions only`,
    `${count} cannot be scaled to variance 1: ask for at most ${rank}`,
  );
}
