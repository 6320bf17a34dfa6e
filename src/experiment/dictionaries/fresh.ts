/** @file Planted rows without end, none of which comes twice: what is learned of them is learned of the distribution. */
import { type Batch, type BatchSource, plantedRows, type Rows } from '../../dictionary/index.ts';
import type { Activations, Truth } from './activations.ts';

/** Rows that are drawn at once. */
const DRAWN = 16_384;

/** Seeds of draws, apart from those of the rows for fitting and for measuring. */
const seedOf = (seed: number, draw: number) => (seed + 1) * 1_000_000 + draw;

/** Batches of fresh rows of what was planted, moved and scaled as the rows for fitting are. */
export function freshRows(
  { mean, scale }: Pick<Activations, 'mean' | 'scale'>,
  { planted }: Truth,
  seed: number,
): BatchSource {
  const { width } = planted.options;
  const draw = (index: number): Rows => {
    const { data } = plantedRows(planted, DRAWN, seedOf(seed, index)).rows;
    return { data: data.map((value, i) => (value - mean[i % width]!) * scale), width };
  };
  return {
    identity: `fresh planted rows of ${width}, seed ${seed}`,
    width,
    async *batches(rows, from): AsyncGenerator<Batch> {
      const perDraw = Math.floor(DRAWN / rows);
      for (let batch = from, index = -1, drawn = draw(0); ; batch++) {
        const wanted = Math.floor(batch / perDraw);
        if (wanted !== index) drawn = draw(wanted);
        index = wanted;
        const start = (batch % perDraw) * rows * width;
        yield { x: { data: drawn.data.slice(start, start + rows * width), width } };
      }
    },
  };
}
