/** @file How fast steps of dictionary training are, beside PyTorch and dictionary_learning in alternating rounds of the same run. */
import type { DictionaryConfig } from '../src/dictionary/index.ts';
import { fullPlan } from '../src/dictionary/training/plan.ts';
import { SparseEngine } from '../src/dictionary/training/sparse/sparseEngine.ts';
import { Trainee } from '../src/dictionary/training/trainee.ts';
import { nodeRuntime } from '../src/model/index.ts';
import { normalQuantile, type Runtime, randomStream } from '../src/tensor/index.ts';
import type { Benchmark } from './benchmark.ts';
import { gflops, matmulFlops } from './flops.ts';
import { matmul } from './matmul.ts';
import { median } from './median.ts';
import { milliseconds } from './milliseconds.ts';
import { type Peer, type PeerWork, pythonPeer, startPeer } from './peers/peer.ts';
import { wholeTraining } from './wholeTraining.ts';

const ROUNDS = 5;
const [ROWS, WIDTH, LATENTS, K] = [4096, 512, 8192, 32];
/** Active latents a row of a ReLU autoencoder in the middle of its training. */
const TRAINED_L0 = 64;

/** Products of a dense step: forward both ways, and three of the gradient. */
const DENSE_PRODUCTS = 5;
const PRODUCT = matmulFlops(ROWS, WIDTH, LATENTS);

/** One of our works, and the peer's works that it is held against. */
interface Work {
  readonly name: string;
  readonly peers: readonly PeerWork[];
  run(): Promise<{ l0?: number }>;
  close(): Promise<void>;
}

interface Timed {
  readonly name: string;
  readonly ms: number[];
  /** Milliseconds of each of the peer's works, in the same rounds. */
  readonly peers: Map<PeerWork, number[]>;
  l0: number | undefined;
}

async function product(runtime: Runtime, shape: readonly [number, number, number]): Promise<Work> {
  const { run, release } = await matmul(runtime, ...shape);
  return {
    name: `matmul ${shape.join('x')}`,
    peers: [`matmul ${shape[0]}x${shape[1]}x${shape[2]}`],
    run: async () => {
      await run();
      return {};
    },
    close: release,
  };
}

/** Whole steps on fresh weights, with biases so low that about `l0` latents are active, or as they start. */
function training(
  runtime: Runtime,
  name: string,
  settings: Omit<DictionaryConfig, 'd_in' | 'd_sae'>,
  peers: readonly PeerWork[],
  l0?: number,
): Work {
  const length = { steps: 1e6, batch: ROWS };
  const config = { ...settings, d_in: WIDTH, d_sae: LATENTS } as DictionaryConfig;
  const plan = fullPlan({ name, config, learningRate: 1e-6 }, length);
  const trainee = new Trainee(plan, new SparseEngine(plan, ROWS, runtime), length);
  const data = randomStream(1, 'benchmark').fillNormal(new Float32Array(ROWS * WIDTH));
  const batch = { x: { data, width: WIDTH } };
  trainee.begin([batch]);
  // Pre-activations are standard normal: rows have norm sqrt(width), encoder rows norm 1.
  const bias = l0 === undefined ? 0 : normalQuantile(l0 / LATENTS);
  trainee.engine.parameters.get('b_enc')!.fill(bias);
  let step = 0;
  return {
    name,
    peers,
    run: async () => ({ l0: (await trainee.step(batch, step++)).l0 }),
    close: () => trainee.close(),
  };
}

/** Times a work and its peers in alternating rounds, after one round that is not counted. */
async function time(work: Work, peer: Peer | null, say: (line: string) => void): Promise<Timed> {
  const timed: Timed = { name: work.name, ms: [], peers: new Map(), l0: (await work.run()).l0 };
  for (const name of peer ? work.peers : []) {
    await peer!.request(name, 0);
    timed.peers.set(name, []);
  }
  for (let round = 0; round < ROUNDS; round++) {
    timed.ms.push(await milliseconds(() => work.run()));
    for (const [name, ms] of timed.peers) ms.push(...(await peer!.request(name, 1)).ms);
  }
  await work.close();
  const others = [...timed.peers].map(([name, ms]) => `${name} ${median(ms).toFixed(0)} ms`);
  say([`${timed.name}: ${median(timed.ms).toFixed(0)} ms`, ...others].join(', '));
  return timed;
}

/** Median of the ratios of neighbouring runs: above 1, ours is faster. */
function speedup(timed: Timed, name: PeerWork): number | null {
  const theirs = timed.peers.get(name);
  return theirs ? median(timed.ms.map((ms, i) => theirs[i]! / ms)) : null;
}

/** What a work's rounds come to; rates count the products that a dense step has. */
function figures(timed: Timed, products: number) {
  const ms = median(timed.ms);
  return { ms, gflops: gflops(products * PRODUCT, ms), l0: timed.l0 ?? null, rounds: timed.ms };
}

const MATMULS = [
  [ROWS, WIDTH, LATENTS],
  [ROWS, LATENTS, WIDTH],
] as const;

function bestRate(timed: readonly Timed[], times: (one: Timed) => readonly number[]): number {
  return Math.max(...timed.map((one) => gflops(PRODUCT, median(times(one)))));
}

function peerFigures(timed: Timed, name: PeerWork) {
  const rounds = timed.peers.get(name);
  return rounds ? { ms: median(rounds), speedup: speedup(timed, name), rounds } : null;
}

function peerReport(peer: Peer, matmuls: readonly Timed[], steps: readonly Timed[]) {
  const [relu, start, topk] = steps as [Timed, Timed, Timed];
  const firstPeer = (timed: Timed) => [...timed.peers.values()][0]!;
  const library = peer.hello.dictionaryLearning
    ? {
        version: peer.hello.dictionaryLearning,
        relu: peerFigures(relu, 'libraryRelu'),
        reluAtStart: peerFigures(start, 'libraryRelu'),
        topk: peerFigures(topk, 'libraryTopk'),
      }
    : null;
  return {
    pytorch: {
      hello: peer.hello,
      matmulGflops: bestRate(matmuls, firstPeer),
      relu: peerFigures(relu, 'relu'),
      reluAtStart: peerFigures(start, 'relu'),
      topk: peerFigures(topk, 'topk'),
    },
    dictionaryLearning: library,
  };
}

/**
 * Raw matrix products, and whole training steps of a ReLU autoencoder (as it starts, with half of its latents
 * active, and in training, with 64) and of a TopK one; then a whole training of a ReLU autoencoder.
 */
export const benchmark: Benchmark = async ({ threads, report, say }) => {
  const runtime = nodeRuntime({ threads });
  const { peer, reason } = await startPeer(pythonPeer('dictionaries.py', threads));
  if (!peer) say(`no peer: ${reason}`);
  const library = Boolean(peer?.hello.dictionaryLearning);
  const relu: PeerWork[] = library ? ['relu', 'libraryRelu'] : ['relu'];
  const topk: PeerWork[] = library ? ['topk', 'libraryTopk'] : ['topk'];
  const makers: (() => Promise<Work>)[] = [
    ...MATMULS.map((shape) => () => product(runtime, shape)),
    async () => training(runtime, 'relu', { architecture: 'standard' }, relu, TRAINED_L0),
    async () => training(runtime, 'reluAtStart', { architecture: 'standard' }, relu),
    async () => training(runtime, 'topk', { architecture: 'topk', k: K }, topk),
  ];
  const results: Timed[] = [];
  for (const make of makers) {
    results.push(await time(await make(), peer, say));
    const [done, total] = [results.length, makers.length];
    report({ task: 'dictionaries benchmark', done, total, unit: 'works' });
  }
  const [matmuls, steps] = [results.slice(0, MATMULS.length), results.slice(MATMULS.length)];
  const peers = peer && peerReport(peer, matmuls, steps);
  const shape = { rows: ROWS, width: WIDTH, latents: LATENTS };
  const reluTraining = await wholeTraining({ runtime, shape, peer, works: relu, report, say });
  await peer?.stop();
  const matmulGflops = bestRate(matmuls, ({ ms }) => ms);
  const [inTraining, atStart, top] = steps as [Timed, Timed, Timed];
  const dense = figures(atStart, DENSE_PRODUCTS);
  return {
    threads,
    rounds: ROUNDS,
    shape: { ...shape, k: K },
    matmulGflops,
    relu: figures(inTraining, DENSE_PRODUCTS),
    reluAtStart: { ...dense, ofMatmul: dense.gflops / matmulGflops },
    topk: figures(top, 1),
    reluTraining,
    peers,
    noPeers: reason,
  };
};
