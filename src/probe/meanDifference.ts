/** @file The difference of means of two classes: a steering vector, and a probe. */
import type { Rows } from '../dictionary/index.ts';
import { checkClasses, type LinearProbe } from './linearProbe.ts';

/**
 * The mean of the positive rows less that of the others, not scaled. The bias puts the score of the point midway
 * between the two at 0 (Panickssery et al. 2023, "Steering Llama 2 via Contrastive Activation Addition", take this
 * difference as the vector).
 *
 * @throws TouchstoneError where a class is empty
 */
export function meanDifference(rows: Rows, labels: readonly boolean[]): LinearProbe {
  checkClasses(rows, labels);
  const [positive, negative] = [true, false].map((of) => meanOf(rows, labels, of));
  const direction = positive!.map((value, i) => value - negative![i]!);
  const bias = -direction.reduce(
    (sum, value, i) => sum + (value * (positive![i]! + negative![i]!)) / 2,
    0,
  );
  return { direction, bias };
}

function meanOf({ data, width }: Rows, labels: readonly boolean[], of: boolean): Float64Array {
  const sum = new Float64Array(width);
  let count = 0;
  labels.forEach((label, row) => {
    if (label !== of) return;
    count++;
    for (let i = 0; i < width; i++) sum[i]! += data[row * width + i]!;
  });
  return sum.map((value) => value / count);
}
