/** @file How long a whole training of a ReLU autoencoder takes from fresh weights, beside the peers' steps in alternating rounds. */
import { plantDictionary, plantedRows } from '../src/dictionary/index.ts';
import { fullPlan } from '../src/dictionary/training/plan.ts';
import { SparseEngine } from '../src/dictionary/training/sparse/sparseEngine.ts';
import { Trainee } from '../src/dictionary/training/trainee.ts';
import type { Runtime } from '../src/tensor/index.ts';
import type { Reporter } from '../src/tensor/progress.ts';
import { milliseconds } from './milliseconds.ts';
import type { Peer, PeerWork } from './peers/peer.ts';

const [STEPS, STEPS_A_ROUND, PEER_STEPS_A_ROUND] = [400, 40, 2];
/** Batches of planted rows that the steps take in turn. */
const BATCHES = 8;
/** Rows have about 32 of 4096 planted directions; the penalty leaves about as many latents of each active. */
const PLANT = { latents: 4096, active: 32, noise: 0.01, seed: 1 };
const SETTINGS = { learningRate: 1e-3, l1_coefficient: 4 };

interface WholeTraining {
  readonly runtime: Runtime;
  readonly shape: { readonly rows: number; readonly width: number; readonly latents: number };
  readonly peer: Peer | null;
  readonly works: readonly PeerWork[];
  readonly report: Reporter;
  readonly say: (line: string) => void;
}

/** A training in hand, and what its steps took. */
interface Training {
  step(index: number): Promise<void>;
  close(): Promise<void>;
  readonly l0: number[];
}

function training({ runtime, shape }: WholeTraining): Training {
  const { rows, width, latents } = shape;
  const length = { steps: STEPS, batch: rows };
  const { learningRate, l1_coefficient } = SETTINGS;
  const config = { architecture: 'standard', d_in: width, d_sae: latents, l1_coefficient } as const;
  const plan = fullPlan({ name: 'relu', config, learningRate }, length);
  const planted = plantDictionary({ width, ...PLANT });
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    return { x: plantedRows(planted, rows, i).rows };
  });
  const trainee = new Trainee(plan, new SparseEngine(plan, rows, runtime), length);
  trainee.begin(batches.slice(0, 1));
  const l0: number[] = [];
  const step = async (index: number) => {
    l0.push((await trainee.step(batches[index % BATCHES]!, index)).l0);
  };
  return { step, close: () => trainee.close(), l0 };
}

/**
 * Milliseconds of all steps of ours, the first with its compilation, and of the peers' steps between them. Their products
 * are dense whatever is active, so that their steps take as long at any time of a training: a few a round stand for all.
 */
export async function wholeTraining(options: WholeTraining) {
  const { peer, works, report, say } = options;
  const ours = training(options);
  const ms: number[] = [];
  const theirs = new Map<PeerWork, number[]>(peer ? works.map((name) => [name, []]) : []);
  for (let done = 0; done < STEPS; done += STEPS_A_ROUND) {
    for (let i = done; i < done + STEPS_A_ROUND; i++)
      ms.push(await milliseconds(() => ours.step(i)));
    for (const [name, times] of theirs)
      times.push(...(await peer!.request(name, PEER_STEPS_A_ROUND)).ms);
    report({ task: 'whole training', done: done + STEPS_A_ROUND, total: STEPS, unit: 'steps' });
  }
  await ours.close();
  const found = figures(ms, ours.l0, theirs);
  const speedups = Object.entries(found.peers).map(
    ([name, { speedup }]) => `${speedup.toFixed(2)}x ${name}`,
  );
  say([`whole ReLU training: ${(found.ms / 1000).toFixed(0)} s`, ...speedups].join(', '));
  return found;
}

function figures(ms: number[], l0: number[], theirs: Map<PeerWork, number[]>) {
  const peers = [...theirs].map(([name, times]) => {
    const ofRound = rounds(ms, STEPS_A_ROUND).map((mean, i) => {
      return rounds(times, PEER_STEPS_A_ROUND)[i]! / mean;
    });
    return [name, { msPerStep: mean(times), speedup: mean(times) / mean(ms), ofRound }] as const;
  });
  return {
    ...{ steps: STEPS, ...SETTINGS, plant: PLANT },
    ...{ ms: mean(ms) * STEPS, msPerStep: mean(ms), ofRound: rounds(ms, STEPS_A_ROUND) },
    l0: rounds(l0, STEPS_A_ROUND),
    peers: Object.fromEntries(peers),
  };
}

/** Means of successive rounds. */
function rounds(values: readonly number[], size: number): number[] {
  return Array.from({ length: values.length / size }, (_, i) =>
    mean(values.slice(i * size, (i + 1) * size)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
