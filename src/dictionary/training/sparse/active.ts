/** @file Which latents of a batch are active: the encoder's product, dense, a few rows at a time, and what is kept of it. */
import {
  compile,
  type Feeds,
  input,
  type Program,
  type Runtime,
  type Tensor,
} from '../../../tensor/index.ts';
import { bytesFor, type SparseMemory } from '../../kernels/sparse.ts';
import type { DictionaryConfig } from '../../kind.ts';
import { kOf } from '../../kinds/topk.ts';
import type { Arrays } from '../parameters.ts';
import type { LatentMatrix } from './matrix.ts';

/** Rows of one product: what it gives stays in the cache until it is read. */
const PART = 512;

/** What finding them needs. */
export interface ActiveOptions {
  readonly config: DictionaryConfig;
  readonly parameters: Arrays;
  readonly runtime: Runtime;
  readonly memory: SparseMemory;
}

/** Finds the active latents of a batch. */
export interface ActiveLatents {
  /**
   * Fills the matrix from rows [n, d_in] as the encoder's matrix sees them. Returns whether there was room.
   */
  find(x: Float32Array, into: LatentMatrix): Promise<boolean>;
  close(): Promise<void>;
}

/** The encoder's product on a part of the batch, and what of it is returned. */
class Encoder {
  readonly #program: Promise<Program>;
  readonly #runtime: Runtime;
  readonly #feeds: Feeds;
  readonly #width: number;

  constructor(
    { d_in, d_sae }: DictionaryConfig,
    parameters: Arrays,
    runtime: Runtime,
    outputs: (pre: Tensor) => Record<string, Tensor>,
  ) {
    const weight = input('W_enc', 'float32', [d_sae, d_in]);
    const product = input('x', 'float32', ['n', d_in]).matmul(weight, { transposeB: true });
    const pre = product.add(input('b_enc', 'float32', [d_sae]));
    this.#program = compile({ runtime, outputs: outputs(pre) });
    this.#runtime = runtime;
    this.#feeds = {
      W_enc: runtime.tensor('float32', parameters.get('W_enc')!, [d_sae, d_in]),
      b_enc: runtime.tensor('float32', parameters.get('b_enc')!, [d_sae]),
    };
    this.#width = d_in;
  }

  /** Results of each part, in order; `into` gives the places for a part of so many rows. */
  async *parts(x: Float32Array, into?: (rows: number) => Feeds) {
    const program = await this.#program;
    for (let at = 0; at < x.length; at += PART * this.#width) {
      const data = x.subarray(at, at + PART * this.#width);
      const rows = data.length / this.#width;
      const part = this.#runtime.tensor('float32', data, [rows, this.#width]);
      yield await program.run({ ...this.#feeds, x: part }, into?.(rows));
    }
  }

  async close(): Promise<void> {
    await (await this.#program).release();
  }
}

/** The k largest of each row, as far as they are above 0. */
export class RowTop implements ActiveLatents {
  readonly #encoder: Encoder;
  readonly #k: number;

  constructor({ config, parameters, runtime }: ActiveOptions) {
    this.#k = kOf(config);
    this.#encoder = new Encoder(config, parameters, runtime, (pre) => {
      const { values, indices } = pre.topK(this.#k);
      return { values, indices: indices.cast('int32') };
    });
  }

  async find(x: Float32Array, into: LatentMatrix): Promise<boolean> {
    for await (const { values, indices } of this.#encoder.parts(x)) {
      const [kept, columns] = [values!.data as Float32Array, indices!.data as Int32Array];
      if (!into.appendListed(kept, columns, this.#k)) return false;
    }
    return true;
  }

  close(): Promise<void> {
    return this.#encoder.close();
  }
}

/** All that are above 0. */
export class Positive implements ActiveLatents {
  readonly #encoder: Encoder;
  /** Pre-activations of a part, [rows, d_sae]. */
  readonly #pre: Float32Array;
  readonly #place: (rows: number) => Feeds;

  constructor({ config, parameters, runtime, memory }: ActiveOptions) {
    const { d_sae } = config;
    const pre = memory.floats(PART * d_sae);
    this.#pre = pre;
    this.#place = (rows) => ({
      pre: runtime.tensor('float32', pre.subarray(0, rows * d_sae), [rows, d_sae]),
    });
    this.#encoder = new Encoder(config, parameters, runtime, (pre) => ({ pre }));
  }

  async find(x: Float32Array, into: LatentMatrix): Promise<boolean> {
    for await (const { pre } of this.#encoder.parts(x, this.#place)) {
      if (!into.appendDense(this.#pre.subarray(0, pre!.size))) return false;
    }
    return true;
  }

  close(): Promise<void> {
    return this.#encoder.close();
  }
}

/** Memory that finding active latents takes beside the matrix. */
export function activeBytes({ d_sae, k }: DictionaryConfig): number {
  return k === undefined ? bytesFor(PART * d_sae) : 0;
}
