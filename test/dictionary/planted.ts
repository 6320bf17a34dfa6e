/** @file Rows that are sparse sums of known directions, for training. */
import type { Rows } from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

/** Sums of a few of `latents` random unit directions, each present with probability `share`, of size 0.5 to 1.5. */
export function plantedRows(
  count: number,
  { width = 8, latents = 16, share = 0.1, seed = 1 } = {},
): Rows {
  const directions = randomStream(seed, 'directions').fillNormal(new Float32Array(latents * width));
  const reader = randomStream(seed, 'rows').reader();
  const data = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    for (let latent = 0; latent < latents; latent++) {
      if (reader.uniform() >= share) continue;
      const direction = directions.subarray(latent * width, (latent + 1) * width);
      const size = (0.5 + reader.uniform()) / Math.hypot(...direction);
      direction.forEach((value, i) => {
        data[row * width + i] = data[row * width + i]! + size * value;
      });
    }
  }
  return { data, width };
}
