/** @file How fast the numeric engine is, beside PyTorch in alternating rounds of the same run where Python has it. */
import {
  type Edit,
  LanguageModel,
  type ModelConfig,
  nodeRuntime,
  pack,
  parseConfig,
  Trainer,
} from '../src/model/index.ts';
import { type Device, type Runtime, randomStream } from '../src/tensor/index.ts';
import type { Benchmark } from './benchmark.ts';
import {
  forwardFlops,
  GPT2_SMALL,
  gflops,
  type ModelShape,
  matmulFlops,
  SMALL,
  samplingFlops,
  trainStepFlops,
} from './flops.ts';
import { keepsFreedMemory } from './freedMemory.ts';
import { matmul } from './matmul.ts';
import { median } from './median.ts';
import { type Peer, type PeerWork, pythonPeer, startPeer } from './peers/peer.ts';

const ROUNDS = 6;
/** Runs before the first that is timed: ONNX Runtime settles where results lie in memory in the second. */
const WARMING = 3;
const MATMULS = [
  [1024, 512, 8192],
  [4096, 768, 3072],
  [4096, 8192, 512],
] as const;
const TRAIN = { batch: 16, tokens: 128 };
const FORWARD = { batch: 8, tokens: 128 };
const SAMPLING = { batch: 32, prompt: 8, sampled: 64 };

/** One of our works, ready to be timed. */
interface Work {
  readonly name: 'trainStep' | 'forward' | 'sampling' | `matmul ${number}x${number}x${number}`;
  readonly flops: number;
  run(): Promise<void>;
  release(): Promise<void>;
}

/** A llama configuration of a benchmark's shape. */
export function configOf(shape: ModelShape): ModelConfig {
  return parseConfig({
    model_type: 'llama',
    hidden_size: shape.width,
    intermediate_size: shape.intermediate,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.width / shape.heads,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    vocab_size: shape.vocabulary,
    max_position_embeddings: 256,
    tie_word_embeddings: true,
    bos_token_id: 0,
    eos_token_id: 1,
    pad_token_id: null,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: 'float32',
  });
}

export function randomRows(rows: number, length: number, vocabulary: number): number[][] {
  const reader = randomStream(1, 'benchmark').reader();
  return Array.from({ length: rows }, () =>
    Array.from({ length }, () => reader.integer(vocabulary)),
  );
}

async function matmulWork(
  runtime: Runtime,
  [m, k, n]: readonly [number, number, number],
): Promise<Work> {
  return {
    name: `matmul ${m}x${k}x${n}`,
    flops: matmulFlops(m, k, n),
    ...(await matmul(runtime, m, k, n)),
  };
}

async function trainWork(runtime: Runtime): Promise<Work> {
  const model = LanguageModel.create(configOf(SMALL), runtime);
  const trainer = await Trainer.open(model);
  const texts = randomRows(TRAIN.batch, TRAIN.tokens, SMALL.vocabulary).map((tokens) => ({
    tokens,
  }));
  const rows = [...pack(texts, TRAIN.tokens)];
  return {
    name: 'trainStep',
    flops: trainStepFlops(SMALL, TRAIN.batch, TRAIN.tokens),
    run: async () => void (await trainer.step(rows, 1e-4)),
    release: () => trainer.close(),
  };
}

async function forwardWork(runtime: Runtime): Promise<Work> {
  const model = LanguageModel.create(configOf(GPT2_SMALL), runtime);
  const rows = randomRows(FORWARD.batch, FORWARD.tokens, GPT2_SMALL.vocabulary);
  const read = Array.from({ length: GPT2_SMALL.layers }, (_, i) => `blocks.${i}.hook_resid_post`);
  return {
    name: 'forward',
    flops: forwardFlops(GPT2_SMALL, FORWARD.batch, FORWARD.tokens),
    run: async () => (await model.run(rows, { read })).release(),
    release: () => model.release(),
  };
}

async function samplingWork(runtime: Runtime): Promise<Work> {
  const model = LanguageModel.create(configOf(SMALL), runtime);
  const { batch, prompt, sampled } = SAMPLING;
  const prompts = randomRows(1, prompt, SMALL.vocabulary);
  const edits = Array.from(
    { length: SMALL.layers },
    (_, layer): Edit => ({ at: `blocks.${layer}.hook_resid_post`, do: 'noise', scale: 0.1 }),
  );
  return {
    name: 'sampling',
    flops: samplingFlops(SMALL, batch, prompt, sampled),
    run: async () => {
      for await (const _ of model.sample(prompts, {
        n: batch,
        maxTokens: sampled,
        stop: [],
        edits,
      }))
        void _;
    },
    release: () => model.release(),
  };
}

async function milliseconds(work: Work): Promise<number> {
  const start = performance.now();
  await work.run();
  return performance.now() - start;
}

/** Times of one work, ours and the peer's, in alternating rounds. */
interface Timed {
  readonly work: Work;
  readonly ours: number[];
  readonly theirs: number[];
  variant: string | null;
}

async function time(work: Work, peer: Peer | null, say: (line: string) => void): Promise<Timed> {
  const timed: Timed = { work, ours: [], theirs: [], variant: null };
  for (let i = 0; i < WARMING; i++) await work.run();
  if (peer) timed.variant = (await peer.request(work.name as PeerWork, 0)).variant;
  for (let round = 0; round < ROUNDS; round++) {
    timed.ours.push(await milliseconds(work));
    if (peer) timed.theirs.push(...(await peer.request(work.name as PeerWork, 1)).ms);
  }
  await work.release();
  say(
    `${work.name}: ${median(timed.ours).toFixed(1)} ms${peer ? `, PyTorch ${median(timed.theirs).toFixed(1)} ms` : ''}`,
  );
  return timed;
}

/** Median of the ratios of neighbouring runs: above 1, ours is faster. */
function speedup({ ours, theirs }: Timed): number {
  return median(ours.map((ms, i) => theirs[i]! / ms));
}

function figures(timed: Timed, times: readonly number[]) {
  const ms = median(times);
  return { gflops: gflops(timed.work.flops, ms), ms, rounds: [...times] };
}

/** Median rate of the shape on which a machine is fastest. */
function bestRate(matmuls: readonly Timed[], pick: (timed: Timed) => readonly number[]): number {
  return Math.max(...matmuls.map((timed) => gflops(timed.work.flops, median(pick(timed)))));
}

function peerReport(
  peer: Peer,
  matmuls: readonly Timed[],
  train: Timed,
  forward: Timed,
  sampling: Timed,
) {
  const one = (timed: Timed) => ({
    ...figures(timed, timed.theirs),
    variant: timed.variant,
    speedup: speedup(timed),
  });
  return {
    pytorch: {
      hello: peer.hello,
      matmulGflops: bestRate(matmuls, (timed) => timed.theirs),
      trainStep: one(train),
      forward: one(forward),
      sampling: { ...one(sampling), tokensPerSecond: tokensPerSecond(median(sampling.theirs)) },
    },
  };
}

function tokensPerSecond(ms: number): number {
  return (SAMPLING.batch * SAMPLING.sampled * 1000) / ms;
}

/** Raw matmul rate, a training step, a forward pass and sampling. */
export const benchmark: Benchmark = async ({ threads, report, say }) => {
  const device: Device = { threads };
  const runtime = nodeRuntime(device);
  const start = await startPeer(pythonPeer('engine.py', threads));
  if (!start.peer) say(`no peer: ${start.reason}`);
  const makers = [
    ...MATMULS.map((shape) => () => matmulWork(runtime, shape)),
    () => trainWork(runtime),
    () => forwardWork(runtime),
    () => samplingWork(runtime),
  ];
  const results: Timed[] = [];
  for (const make of makers) {
    results.push(await time(await make(), start.peer, say));
    report({ task: 'engine benchmark', done: results.length, total: makers.length, unit: 'works' });
  }
  const matmuls = results.slice(0, MATMULS.length);
  const [train, forward, sampling] = results.slice(MATMULS.length) as [Timed, Timed, Timed];
  const peers = start.peer && peerReport(start.peer, matmuls, train, forward, sampling);
  await start.peer?.stop();
  const matmulGflops = bestRate(matmuls, (timed) => timed.ours);
  return {
    threads,
    rounds: ROUNDS,
    keepsFreedMemory: keepsFreedMemory(),
    matmulGflops,
    matmuls: Object.fromEntries(
      matmuls.map((timed) => [timed.work.name, figures(timed, timed.ours)]),
    ),
    trainStep: {
      ...figures(train, train.ours),
      ofMatmul: figures(train, train.ours).gflops / matmulGflops,
    },
    forward: {
      ...figures(forward, forward.ours),
      ofMatmul: figures(forward, forward.ours).gflops / matmulGflops,
    },
    sampling: {
      ...figures(sampling, sampling.ours),
      tokensPerSecond: tokensPerSecond(median(sampling.ours)),
    },
    peers: peers ?? null,
    noPeers: start.reason,
  };
};
