/**
 * @file Steps whose cost is that of the active latents: only the encoder's product is dense; the decoder's and
 * all gradients touch what is active and no more. For kinds whose latents are their positive pre-activations,
 * or the largest of them.
 */
import type { Runtime } from '../../../tensor/index.ts';
import {
  bytesFor,
  LANES,
  MOST_BYTES,
  rowRange,
  SparseMemory,
  type SparseRows,
} from '../../kernels/sparse.ts';
import type { DictionaryConfig } from '../../kind.ts';
import { trainedKindOf } from '../../kinds/index.ts';
import { numberSetting } from '../../kinds/settings.ts';
import type { StepEngine, StepResult, StepSettings } from '../engine.ts';
import { GraphEngine } from '../graphEngine.ts';
import { type Arrays, initialParameters } from '../parameters.ts';
import type { FullPlan } from '../plan.ts';
import type { Batch } from '../source.ts';
import { type ActiveLatents, type ActiveOptions, activeBytes, Positive, RowTop } from './active.ts';
import { KernelOptimizer } from './kernelOptimizer.ts';
import { LatentMatrix } from './matrix.ts';
import { centredRows, rowsAndSums, startErrors, total } from './rows.ts';

/** Where more than this share of the latents is active, dense products are faster. */
const MOST_ACTIVE = 1 / 16;

/** Rows that are decoded at once: the decoder rows that they need are still in the cache for their gradients. */
const CACHED_ROWS = 8;

type MakeActive = new (options: ActiveOptions) => ActiveLatents;

const ACTIVE: Readonly<Record<string, MakeActive>> = {
  standard: Positive,
  transcoder: Positive,
  topk: RowTop,
};

/** How many latents of a batch may be active. */
function capacityOf({ d_sae, k }: DictionaryConfig, rows: number): number {
  const most = typeof k === 'number' ? k : Math.max(1, Math.ceil(d_sae * MOST_ACTIVE));
  return rows * most;
}

function bytesOf(config: DictionaryConfig, rows: number): number {
  const { d_in, d_sae, d_out = d_in } = config;
  const capacity = capacityOf(config, rows);
  const lengths = [d_sae * d_in, d_sae, d_sae * d_out, d_out];
  const weights = lengths.reduce((sum, length) => sum + bytesFor(length), 0);
  const dense = bytesFor(rows * d_in) + bytesFor(rows * d_out);
  const lists = LatentMatrix.bytes(rows, d_sae, capacity) + bytesFor(capacity);
  const row = 2 * bytesFor(d_sae) + bytesFor(2) + activeBytes(config);
  return weights + KernelOptimizer.bytes(lengths) + dense + lists + row;
}

/** Whether a dictionary's steps can be sparse. */
export function isSparse(config: DictionaryConfig, rows: number): boolean {
  const { architecture, d_in, d_out = d_in, d_sae, k } = config;
  const fewer = typeof k !== 'number' || k <= d_sae * MOST_ACTIVE;
  const whole = [d_in, d_out, d_sae].every((width) => width % LANES === 0);
  return architecture in ACTIVE && fewer && whole && bytesOf(config, rows) <= MOST_BYTES;
}

/** Sparse steps; dense ones while too many latents are active, or some are dead and to be revived. */
export class SparseEngine implements StepEngine {
  readonly parameters: Arrays;
  readonly optimizer: KernelOptimizer;
  readonly #config: DictionaryConfig;
  readonly #memory: SparseMemory;
  readonly #active: ActiveLatents;
  readonly #latents: LatentMatrix;
  readonly #dense: GraphEngine;
  /** Rows as the encoder's matrix sees them, and errors of the reconstruction. */
  readonly #x: Float32Array;
  readonly #error: Float32Array;
  /** Gradients of each active latent. */
  readonly #pulls: Float32Array;
  /** One row with an entry for each latent. */
  readonly #whole: SparseRows;
  readonly #rows: number;
  /** Of the batch in hand. */
  #variance = 0;

  /** @param rows of every batch */
  constructor(plan: FullPlan, rows: number, runtime: Runtime) {
    const { config } = plan;
    const { d_in, d_sae, d_out = d_in } = config;
    this.#config = config;
    this.#rows = rows;
    this.#memory = new SparseMemory(bytesOf(config, rows));
    const floats = (length: number) => this.#memory.floats(length);
    this.parameters = initialParameters(plan, floats);
    this.optimizer = new KernelOptimizer(plan, this.parameters, this.#memory);
    this.#x = floats(rows * d_in);
    this.#error = floats(rows * d_out);
    const capacity = capacityOf(config, rows);
    this.#pulls = floats(capacity);
    this.#latents = new LatentMatrix(this.#memory, rows, d_sae, capacity);
    this.#whole = wholeRow(this.#memory, d_sae);
    const { parameters } = this;
    const options = { config, parameters, runtime, memory: this.#memory };
    this.#active = new ACTIVE[config.architecture]!(options);
    this.#dense = new GraphEngine(plan, rows, runtime, this);
  }

  async run(batch: Batch, settings: StepSettings): Promise<StepResult> {
    const { l0Before, dead } = settings;
    const limit = this.#latents.capacity / this.#rows;
    if (dead || (l0Before ?? 0) > limit) return this.#dense.run(batch, settings);
    this.#load(batch, settings);
    this.#latents.clear();
    const room = await this.#active.find(this.#x, this.#latents);
    return room ? this.#step(settings) : this.#dense.run(batch, settings);
  }

  async close(): Promise<void> {
    await this.#active.close();
    await this.#dense.close();
  }

  get #bias(): Float32Array {
    return this.parameters.get('b_dec')!;
  }

  /** Takes in the batch: what is encoded, and the errors of a reconstruction by b_dec alone. */
  #load({ x, target = x }: Batch, { scales }: StepSettings): void {
    const centre = this.#config.apply_b_dec_to_input ? this.#bias : new Float32Array(x.width);
    centredRows(this.#x, x.data, scales.input, centre);
    this.#variance = startErrors(this.#error, target.data, scales.target, this.#bias);
  }

  #step({ sparsity }: StepSettings): StepResult {
    const { d_out = this.#config.d_in } = this.#config;
    const [decoder, rows] = [this.parameters.get('W_dec')!, this.#latents.rows];
    this.#decode(rows, decoder, d_out);
    const { squares: rowErrors, sums } = rowsAndSums(this.#error, d_out);
    const penalty = this.#penalty(sparsity);
    this.#latents.transpose();
    this.#decoderGradient(d_out, sums);
    const fired = this.#encoderGradient(penalty);
    const mse = total(rowErrors) / this.#rows;
    const l1 = total(rows.values) / this.#rows;
    return {
      loss: mse + penalty * l1,
      terms: { mse, ...(this.#penalized && { l1 }) },
      l0: this.#latents.count / this.#rows,
      rowErrors,
      variance: this.#variance,
      fired,
      gradients: this.optimizer.gradients,
      followed: new Map(),
    };
  }

  /** Errors, and what pulls at each active latent: error . W_dec. */
  #decode(latents: SparseRows, decoder: Float32Array, width: number): void {
    for (let row = 0; row < this.#rows; row += CACHED_ROWS) {
      const end = Math.min(this.#rows, row + CACHED_ROWS);
      const errors = this.#error.subarray(row * width, end * width);
      const part = rowRange(latents, row, end);
      this.#memory.addProduct(errors, part, decoder, width);
      this.#memory.sampleProduct(this.#pulls, part, errors, decoder, width);
    }
  }

  get #penalized(): boolean {
    return 'l1_coefficient' in trainedKindOf(this.#config.architecture).training.defaults;
  }

  #penalty(sparsity: number): number {
    return this.#penalized ? sparsity * numberSetting(this.#config, 'l1_coefficient', 0) : 0;
  }

  /** Of W_dec: 2/n sum over rows of latent times error. Of b_dec: 2/n sum of errors. */
  #decoderGradient(width: number, sums: Float64Array): void {
    const factor = 2 / this.#rows;
    const gradient = this.optimizer.gradients.get('W_dec')!;
    const latents = this.#latents.turned(this.#latents.rows.values, factor, 0);
    this.#memory.product(gradient, latents, this.#error, width);
    this.optimizer.gradients.get('b_dec')!.set(sums.map((sum) => sum * factor));
  }

  /**
   * Of W_enc: the sum over rows of what pulls at a latent, 2/n error . W_dec + penalty/n, times the row.
   * Returns how often each latent was active.
   */
  #encoderGradient(penalty: number): Float32Array {
    const { d_in, d_sae, apply_b_dec_to_input: centred } = this.#config;
    const gradient = this.optimizer.gradients.get('W_enc')!;
    const pulls = this.#latents.turned(this.#pulls, 2 / this.#rows, penalty / this.#rows);
    this.#memory.product(gradient, pulls, this.#x, d_in);
    const bias = this.optimizer.gradients.get('b_enc')!;
    const fired = new Float32Array(d_sae);
    for (let latent = 0; latent < d_sae; latent++) {
      const [from, to] = [pulls.starts[latent]!, pulls.starts[latent + 1]!];
      fired[latent] = to - from;
      bias[latent] = total(pulls.values.subarray(from, to));
      this.#whole.values[latent] = -bias[latent]!;
    }
    const encoder = this.parameters.get('W_enc')!;
    if (centred)
      this.#memory.addProduct(this.optimizer.gradients.get('b_dec')!, this.#whole, encoder, d_in);
    return fired;
  }
}

/** A row with an entry for each of `columns`. */
function wholeRow(memory: SparseMemory, columns: number): SparseRows {
  const row = {
    starts: memory.integers(2),
    columns: memory.integers(columns),
    values: memory.floats(columns),
  };
  row.starts[1] = columns;
  row.columns.forEach((_, i) => {
    row.columns[i] = i;
  });
  return row;
}
