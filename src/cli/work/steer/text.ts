/** @file What `touchstone steer find` prints for people. */
import type { SteeringRecord } from '../../../model/index.ts';

const short = (value: number) => value.toPrecision(4);

/** A line for each vector, below the baseline. */
export function textOf(record: SteeringRecord, tokens: number, out: string): string {
  const { vectors, method, at, target, radius, meanNorm, prompts, random, seed } = record;
  const asked = `${prompts.length} ${prompts.length === 1 ? 'prompt' : 'prompts'} of ${tokens} tokens in all`;
  const [low, high] = random.interval;
  const rows = vectors.map(({ index, moved, times, randomAbove }) =>
    [
      String(index).padStart(6),
      short(moved).padStart(10),
      `${times.toFixed(2)} x`.padStart(10),
      `${randomAbove} of ${random.n}`.padStart(12),
    ].join(''),
  );
  return `${[
    `${vectors.length} vectors (${method}) of norm ${short(radius)} at ${at}, where activations have a mean norm of ${short(meanNorm)}`,
    `target ${target}; ${asked}; seed ${seed}`,
    `${random.n} random vectors of this norm move the target by ${short(random.mean)} [${short(low)}, ${short(high)}] on average, ${short(random.largest)} at most`,
    `${'vector'.padStart(6)}${'moves by'.padStart(10)}${'random'.padStart(10)}${'random above'.padStart(14)}`,
    ...rows,
    `written: ${out}; as an edit: touchstone steer edit ${out} --vector 0 > edit.json`,
  ].join('\n')}\n`;
}
