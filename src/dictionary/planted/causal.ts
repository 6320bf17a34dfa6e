/**
 * @file The causal test of latents: what a model's outputs lose when a latent's part is taken out of its activations,
 * beside what they lose by as large a change in a random direction. Reconstruction on held-out rows cannot tell what
 * a model uses from what only shows in its activations; this can.
 */
import { type ClusteredEstimate, clusteredMean } from '../../statistics/index.ts';
import { type RandomStream, randomStream } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { rowAt, rowsAt } from '../fitting/rows.ts';
import { type Rows, rowCount } from '../kind.ts';
import { randomDirections } from './directions.ts';
import type { Downstream } from './xor.ts';

export interface CausalOptions {
  /** Rows that a latent is ablated in, the first that it is active in. Default 256. */
  readonly rows?: number;
  /** Random directions that each ablation is held against. Default 4. */
  readonly draws?: number;
  readonly seed?: number;
}

/** Fewer active rows than this decide nothing. */
const FEWEST = 10;

/** What ablating a latent does. */
export interface LatentEffect {
  readonly latent: number;
  /** Rows that it was ablated in. */
  readonly rows: number;
  /** Mean squared change of the outputs by the ablation, and by random directions of the same norm. */
  readonly effect: number;
  readonly random: number;
  /**
   * Mean over rows of effect / (effect + random), one half where both are 0: above one half the outputs depend on the
   * latent more than on a random direction. The interval is over rows. Undefined below 10 rows.
   */
  readonly share: ClusteredEstimate | undefined;
  /** The share of the whole squared change that falls on the output that changes most: 1 where it changes one alone. */
  readonly selectivity: number;
  /** The same for random directions. */
  readonly randomSelectivity: number;
  /** Whether the interval of `share` lies above one half, below it, or has it inside. */
  readonly verdict: 'read' | 'unread' | 'undecided';
}

/** Ablates each latent in rows that it is active in, all else (the error too) being kept: x - f_j W_dec[j]. */
export async function causalEffects(
  dictionary: Dictionary,
  downstream: Downstream,
  rows: Rows,
  { rows: most = 256, draws = 4, seed = 0 }: CausalOptions = {},
): Promise<LatentEffect[]> {
  const latents: Rows = { data: await dictionary.encode(rows), width: dictionary.size };
  const stream = randomStream(seed, 'ablation');
  const effects: LatentEffect[] = [];
  for (let latent = 0; latent < dictionary.size; latent++) {
    const active = activeRows(latents, latent, most);
    const parts = partsOf(dictionary, latents, latent, active);
    const test = { rows: rowsAt(rows, active), parts, downstream };
    effects.push({ latent, ...(await effectOf(test, draws, stream.at(latent), seed)) });
  }
  return effects;
}

interface Ablation {
  readonly rows: Rows;
  /** What is taken out of each row. */
  readonly parts: Rows;
  readonly downstream: Downstream;
}

function activeRows({ data, width }: Rows, latent: number, most: number): number[] {
  const active: number[] = [];
  for (let row = 0; row * width < data.length && active.length < most; row++) {
    if (data[row * width + latent] !== 0) active.push(row);
  }
  return active;
}

function partsOf(dictionary: Dictionary, latents: Rows, latent: number, active: number[]): Rows {
  const { data, shape } = dictionary.tensors.get('W_dec')!;
  const width = shape[1]!;
  const direction = (data as Float32Array).subarray(latent * width, (latent + 1) * width);
  const out = new Float32Array(active.length * width);
  active.forEach((row, at) => {
    const size = latents.data[row * latents.width + latent]!;
    direction.forEach((value, i) => {
      out[at * width + i] = size * value;
    });
  });
  return { data: out, width };
}

async function effectOf(test: Ablation, draws: number, stream: RandomStream, seed: number) {
  const count = rowCount(test.rows);
  const own = await changesOf(test, test.parts);
  const random = new Changes(count, own.outputs.length);
  for (let draw = 0; draw < draws; draw++) {
    random.add(await changesOf(test, randomParts(test.parts, stream.at(draw))), 1 / draws);
  }
  const share = shareOf(own, random, seed);
  return {
    rows: count,
    effect: own.mean,
    random: random.mean,
    share,
    selectivity: own.selectivity,
    randomSelectivity: random.selectivity,
    verdict: verdictOf(share),
  };
}

/** Squared changes of outputs, by row and by output. */
class Changes {
  readonly rows: Float64Array;
  readonly outputs: Float64Array;

  constructor(rows: number, outputs: number) {
    this.rows = new Float64Array(rows);
    this.outputs = new Float64Array(outputs);
  }

  add({ rows, outputs }: Changes, weight: number): void {
    addScaled(this.rows, rows, weight);
    addScaled(this.outputs, outputs, weight);
  }

  get mean(): number {
    return this.rows.length > 0 ? this.#total / this.rows.length : 0;
  }

  get selectivity(): number {
    return this.#total > 0 ? Math.max(...this.outputs) / this.#total : 0;
  }

  get #total(): number {
    return this.outputs.reduce((sum, value) => sum + value, 0);
  }
}

function addScaled(into: Float64Array, values: Float64Array, weight: number): void {
  for (let i = 0; i < into.length; i++) into[i] = into[i]! + weight * values[i]!;
}

async function changesOf({ rows, downstream }: Ablation, parts: Rows): Promise<Changes> {
  const before = await downstream(rows);
  const without = rows.data.map((value, i) => value - parts.data[i]!);
  const after = await downstream({ data: without, width: rows.width });
  const changes = new Changes(rowCount(rows), before.width);
  before.data.forEach((value, at) => {
    const change = (value - after.data[at]!) ** 2;
    const [row, output] = [Math.floor(at / before.width), at % before.width];
    changes.rows[row] = changes.rows[row]! + change;
    changes.outputs[output] = changes.outputs[output]! + change;
  });
  return changes;
}

/** Parts of the same norms in random directions, another for each row. */
function randomParts({ data, width }: Rows, stream: RandomStream): Rows {
  const directions = randomDirections(stream, data.length / width, width);
  for (let row = 0; row * width < data.length; row++) {
    const size = Math.hypot(...rowAt({ data, width }, row));
    const direction = rowAt(directions, row);
    direction.set(direction.map((value) => size * value));
  }
  return directions;
}

function shareOf(own: Changes, random: Changes, seed: number): ClusteredEstimate | undefined {
  if (own.rows.length < FEWEST) return undefined;
  const measurements = Array.from(own.rows, (effect, row) => {
    const both = effect + random.rows[row]!;
    return { cluster: String(row), value: both > 0 ? effect / both : 0.5 };
  });
  return clusteredMean(measurements, { seed: seed + 1, resamples: 400 });
}

function verdictOf(share: ClusteredEstimate | undefined): LatentEffect['verdict'] {
  if (!share) return 'undecided';
  const [low, high] = share.interval;
  if (low > 0.5) return 'read';
  return high < 0.5 ? 'unread' : 'undecided';
}
