/** @file Which latents of a batch are active: the encoder's product, dense, a few rows at a time, and what is kept of it. */
import { compile, input, type Program, type Runtime, type Tensor } from '../../../tensor/index.ts';
import type { DictionaryConfig } from '../../kind.ts';
import { kOf } from '../../kinds/topk.ts';
import type { Arrays } from '../parameters.ts';
import type { LatentMatrix } from './matrix.ts';

/** Rows of one product: what it gives stays in the cache until it is read. */
const ROWS = 512;

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
  readonly #feeds;
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

  /** Results of each part, in order. */
  async *parts(x: Float32Array) {
    const program = await this.#program;
    for (let at = 0; at < x.length; at += ROWS * this.#width) {
      const data = x.subarray(at, at + ROWS * this.#width);
      const rows = this.#runtime.tensor('float32', data, [data.length / this.#width, this.#width]);
      yield await program.run({ ...this.#feeds, x: rows });
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

  constructor(config: DictionaryConfig, parameters: Arrays, runtime: Runtime) {
    this.#k = kOf(config);
    this.#encoder = new Encoder(config, parameters, runtime, (pre) => {
      const { values, indices } = pre.topK(this.#k);
      return { values, indices: indices.cast('int32') };
    });
  }

  async find(x: Float32Array, into: LatentMatrix): Promise<boolean> {
    for await (const { values, indices } of this.#encoder.parts(x)) {
      const [kept, columns] = [values!.data as Float32Array, indices!.data as Int32Array];
      if (!into.append(kept, this.#k, 0, columns)) return false;
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
  readonly #latents: number;

  constructor(config: DictionaryConfig, parameters: Arrays, runtime: Runtime) {
    this.#latents = config.d_sae;
    this.#encoder = new Encoder(config, parameters, runtime, (pre) => ({ pre }));
  }

  async find(x: Float32Array, into: LatentMatrix): Promise<boolean> {
    for await (const { pre } of this.#encoder.parts(x)) {
      if (!into.append(pre!.data as Float32Array, this.#latents, 0)) return false;
    }
    return true;
  }

  close(): Promise<void> {
    return this.#encoder.close();
  }
}
