/** @file The latents whose decoder rows point most nearly in the same direction. */
import { compile, input } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';

/** Another latent and the cosine between both decoder rows. */
export interface Neighbour {
  readonly latent: number;
  readonly cosine: number;
}

/** Cosines formed at once. */
const MOST_COSINES = 2 ** 23;
/** A row of zeros has cosine 0 with all others. */
const TINY = 1e-30;

/** Decoder rows of some latents, [latents, d_out]. */
export function decoderRows({ tensors }: Dictionary, latents: readonly number[]): Float32Array {
  const { data, shape } = tensors.get('W_dec')!;
  const width = shape[1]!;
  const out = new Float32Array(latents.length * width);
  latents.forEach((latent, i) => {
    out.set(data.subarray(latent * width, (latent + 1) * width), i * width);
  });
  return out;
}

/** Width of what a dictionary decodes. */
export function outputWidth({ config: { d_in, d_out = d_in } }: Dictionary): number {
  return d_out;
}

/**
 * The nearest latents of each of some, by decoder cosine, nearest first.
 *
 * @returns for each latent at most `most` others
 */
export async function neighboursOf(
  dictionary: Dictionary,
  latents: readonly number[],
  most = 5,
): Promise<Neighbour[][]> {
  const { runtime, size } = dictionary;
  const width = outputWidth(dictionary);
  const k = Math.min(most + 1, size);
  const unit = (name: string, rows: string | number) => {
    const x = input(name, 'float32', [rows, width]);
    return x.div(x.square().sum(-1, true).maximum(TINY).sqrt());
  };
  const top = unit('some', 'n').matmul(unit('all', size), { transposeB: true }).topK(k);
  const program = await compile({ runtime, outputs: { values: top.values, tokens: top.indices } });
  const all = runtime.tensor('float32', dictionary.tensors.get('W_dec')!.data, [size, width]);
  const out: Neighbour[][] = [];
  const step = Math.max(1, Math.floor(MOST_COSINES / size));
  for (let at = 0; at < latents.length; at += step) {
    const some = latents.slice(at, at + step);
    const rows = runtime.tensor('float32', decoderRows(dictionary, some), [some.length, width]);
    const found = await program.run({ some: rows, all });
    some.forEach((latent, row) => {
      const own = Array.from({ length: k }, (_, i) => ({
        latent: Number(found.tokens!.data[row * k + i]),
        cosine: found.values!.data[row * k + i] as number,
      }));
      out.push(own.filter((other) => other.latent !== latent).slice(0, most));
    });
  }
  await program.release();
  return out;
}

/**
 * About the largest cosine that one direction has with `count` random ones in `width` dimensions,
 * sqrt(2 ln(count) / width): what nearest neighbours are to be compared with.
 */
export function chanceCosine(count: number, width: number): number {
  return Math.min(1, Math.sqrt((2 * Math.log(Math.max(2, count))) / width));
}
