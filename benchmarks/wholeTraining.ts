/** @file Steps of a ReLU autoencoder at evenly spaced moments of its training from fresh weights, beside the peers' steps in the same rounds. */
import { plantDictionary, plantedRows } from '../src/dictionary/index.ts';
import { fullPlan } from '../src/dictionary/training/plan.ts';
import { SparseEngine } from '../src/dictionary/training/sparse/sparseEngine.ts';
import { Trainee } from '../src/dictionary/training/trainee.ts';
import type { Runtime } from '../src/tensor/index.ts';
import type { Reporter } from '../src/tensor/progress.ts';
import { milliseconds } from './milliseconds.ts';
import type { Peer, PeerWork } from './peers/peer.ts';

const [STEPS, MOMENTS, TIMED] = [1000, 10, 2];
/** Rows of the steps between moments, which only bring the weights on. */
const FEW_ROWS = 512;
/** Batches of planted rows that the steps take in turn. */
const BATCHES = 8;
const PLANT = { latents: 4096, active: 32, noise: 0.01, seed: 1 };
/** The rate is that of dictionary_learning's StandardTrainer. */
const SETTINGS = { learningRate: 1e-3, l1_coefficient: 4 };

interface WholeTraining {
  readonly runtime: Runtime;
  readonly shape: { readonly rows: number; readonly width: number; readonly latents: number };
  readonly peer: Peer | null;
  readonly works: readonly PeerWork[];
  readonly report: Reporter;
  readonly say: (line: string) => void;
}

/** A training with batches of one size. */
class Training {
  readonly #trainee: Trainee;
  readonly #batches;
  l0 = 0;

  constructor({ runtime, shape }: WholeTraining, rows: number) {
    const { width, latents } = shape;
    const length = { steps: STEPS, batch: rows };
    const { learningRate, l1_coefficient } = SETTINGS;
    const sizes = { d_in: width, d_sae: latents };
    const config = { architecture: 'standard', ...sizes, l1_coefficient } as const;
    const plan = fullPlan({ name: 'relu', config, learningRate }, length);
    const planted = plantDictionary({ width, ...PLANT });
    this.#batches = Array.from({ length: BATCHES }, (_, i) => {
      return { x: plantedRows(planted, rows, i).rows };
    });
    this.#trainee = new Trainee(plan, new SparseEngine(plan, rows, runtime), length);
    this.#trainee.begin(this.#batches.slice(0, 1));
  }

  async step(index: number): Promise<void> {
    this.l0 = (await this.#trainee.step(this.#batches[index % BATCHES]!, index)).l0;
  }

  /** Takes over the other's weights; what a step takes does not depend on Adam's moments. */
  follow(other: Training): void {
    const { parameters } = this.#trainee.engine;
    for (const [name, values] of other.#trainee.engine.parameters)
      parameters.get(name)!.set(values);
  }

  close(): Promise<void> {
    return this.#trainee.close();
  }
}

/** What steps took at one moment. */
interface Moment {
  readonly step: number;
  /** Active latents a row. */
  readonly l0: number;
  readonly ms: number;
  readonly peers: Partial<Record<PeerWork, number>>;
}

/**
 * The mean step of a training, and what it takes beside the peers' mean step: at the middle of each tenth of the training a
 * step that is not counted, then two that are, of ours and then of each peer. Moments are as many steps apart, so their mean
 * is that of all steps. The peers' products are dense whatever is active: their own weights may stay as they are.
 */
export async function wholeTraining(options: WholeTraining) {
  const { shape, report, say } = options;
  const [training, timed] = [new Training(options, FEW_ROWS), new Training(options, shape.rows)];
  const moments: Moment[] = [];
  const apart = STEPS / MOMENTS;
  for (let step = 0; step < STEPS; step++) {
    if (step % apart === apart / 2) {
      timed.follow(training);
      moments.push(await momentOf(timed, step, options));
    }
    await training.step(step);
    report({ task: 'whole training', done: step + 1, total: STEPS, unit: 'steps' });
  }
  await Promise.all([training.close(), timed.close()]);
  const found = { steps: STEPS, ...SETTINGS, plant: PLANT, ...figures(moments) };
  say(lineOf(found));
  return found;
}

async function momentOf(timed: Training, step: number, options: WholeTraining): Promise<Moment> {
  await timed.step(step);
  const { l0 } = timed;
  const own = await milliseconds(async () => {
    for (let i = 1; i <= TIMED; i++) await timed.step(step + i);
  });
  const peers: Partial<Record<PeerWork, number>> = {};
  for (const name of options.peer ? options.works : []) {
    await options.peer!.request(name, 1);
    peers[name] = mean((await options.peer!.request(name, TIMED)).ms);
  }
  return { step, l0, ms: own / TIMED, peers };
}

function figures(moments: readonly Moment[]) {
  const ms = mean(moments.map((moment) => moment.ms));
  const names = Object.keys(moments[0]!.peers) as PeerWork[];
  const peers = names.map((name) => {
    const theirs = mean(moments.map((moment) => moment.peers[name]!));
    return [name, { ms: theirs, speedup: theirs / ms }] as const;
  });
  return { ms, peers: Object.fromEntries(peers), moments };
}

function lineOf({ ms, peers }: ReturnType<typeof figures>): string {
  const beside = Object.entries(peers).map(([name, one]) => {
    return `${name} ${one.ms.toFixed(0)} ms (${one.speedup.toFixed(2)}x)`;
  });
  return [`mean step of a whole ReLU training: ${ms.toFixed(0)} ms`, ...beside].join(', ');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
