/** @file A linear probe: what it is, and what it says of rows of activations. */
import type { Rows } from '../dictionary/index.ts';
import { badUsage } from '../tensor/index.ts';

/** Scores a row x by direction . x + bias; above 0 it is taken for a positive. */
export interface LinearProbe {
  readonly direction: Float64Array;
  readonly bias: number;
}

/** The score of each row. @throws TouchstoneError where the rows are of another width */
export function probeScores({ direction, bias }: LinearProbe, { data, width }: Rows): Float64Array {
  if (width !== direction.length) {
    badUsage(`rows of ${width} numbers for a probe of ${direction.length}`, 'they have one width');
  }
  return Float64Array.from({ length: data.length / width }, (_, row) => {
    let sum = bias;
    for (let i = 0; i < width; i++) sum += direction[i]! * data[row * width + i]!;
    return sum;
  });
}

/** @throws TouchstoneError where labels are not one for each row, or one of the classes is empty */
export function checkClasses({ data, width }: Rows, labels: readonly boolean[]): void {
  const rows = data.length / width;
  if (labels.length !== rows)
    badUsage(`${labels.length} labels for ${rows} rows`, 'give one for each row');
  const positives = labels.filter(Boolean).length;
  if (positives > 0 && positives < rows) return;
  badUsage(`${positives} positives among ${rows} rows`, 'a probe needs rows of both classes');
}
