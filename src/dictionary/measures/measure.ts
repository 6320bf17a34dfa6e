/** @file Measures a dictionary on rows in memory, a block at a time. */
import type { Dictionary } from '../dictionary.ts';
import { blocks } from '../fitting/rows.ts';
import type { Rows } from '../kind.ts';
import { DictionarySums, type SumsOptions } from './dictionarySums.ts';

/** Rows that are encoded at once. */
const BLOCK = 1024;

export interface MeasureOptions extends Omit<SumsOptions, 'mean'> {
  /** Number of each row's document; default: each row is one by itself. */
  readonly documents?: ArrayLike<number>;
  /** What is to be decoded, a row for each of the rows. Default: the rows themselves. */
  readonly target?: Rows;
}

/** Means of the columns, in float64. */
export function meanOfRows({ data, width }: Rows): Float64Array {
  const sums = new Float64Array(width);
  for (let at = 0; at < data.length; at += width) {
    for (let i = 0; i < width; i++) sums[i] = sums[i]! + data[at + i]!;
  }
  return sums.map((sum) => sum / (data.length / width));
}

/**
 * Encodes and decodes rows and adds them up.
 *
 * @throws TouchstoneError where widths do not fit, or a number is not finite
 */
export async function measureRows(
  dictionary: Dictionary,
  rows: Rows,
  { documents, target = rows, ...options }: MeasureOptions = {},
): Promise<DictionarySums> {
  const sums = new DictionarySums(dictionary.config, { ...options, mean: meanOfRows(target) });
  for (const block of blocks(rows, BLOCK)) {
    await addBlock(sums, dictionary, block, {
      target: part(target, block.first, block),
      documents: Array.from({ length: block.data.length / block.width }, (_, i) =>
        documents ? documents[block.first + i]! : block.first + i,
      ),
    });
  }
  return sums;
}

/** Rows of another matrix that belong to a block. */
function part({ data, width }: Rows, first: number, block: Rows): Rows {
  const end = first + block.data.length / block.width;
  return { data: data.subarray(first * width, end * width), width };
}

/** Encodes and decodes some rows and adds them to sums. */
export async function addBlock(
  sums: DictionarySums,
  dictionary: Dictionary,
  rows: Rows,
  { target, documents }: { readonly target: Rows; readonly documents: ArrayLike<number> },
): Promise<void> {
  const latents = { data: await dictionary.encode(rows), width: dictionary.size };
  const reconstruction = { data: await dictionary.decode(latents, rows), width: target.width };
  sums.add({ x: target, reconstruction, latents, documents });
}
