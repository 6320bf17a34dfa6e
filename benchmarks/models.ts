/**
 * @file How fast a real model is read and sampled, beside TransformerLens and transformers: GPT-2 small's
 * shape with random weights, opened by every engine from one folder, each in a process of its own, in
 * alternating rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LanguageModel, nodeRuntime, parseConfig, saveModel } from '../src/model/index.ts';
import type { Benchmark } from './benchmark.ts';
import { forwardFlops, GPT2_SMALL, gflops, matmulFlops } from './flops.ts';
import { median } from './median.ts';
import { type Peer, type PeerWork, pythonPeer, startPeer } from './peers/peer.ts';
import { FORWARD, SAMPLING } from './shapes.ts';

const ROUNDS = 5;
const MATMUL = [4096, 768, 3072] as const;
const PEERS = ['transformerLens', 'transformers'] as const;

/** One engine's process and what it took. */
interface Engine {
  readonly peer: Peer;
  readonly ms: Record<string, number[]>;
  readonly variants: Record<string, string>;
  peakMb: number;
}

/** A folder that every engine opens. */
async function writeModel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'touchstone-models-'));
  const config = parseConfig({ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'] });
  const model = LanguageModel.create(config, nodeRuntime());
  await saveModel(model, folder);
  await model.release();
  return folder;
}

function ours(folder: string, threads: number) {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const script = fileURLToPath(new URL(`./peers/touchstone${extension}`, import.meta.url));
  return { command: process.execPath, args: [script, folder, String(threads)] };
}

function engineOf(peer: Peer): Engine {
  return { peer, ms: {}, variants: {}, peakMb: 0 };
}

/** Times one work on every engine, in alternating rounds. */
async function time(engines: readonly Engine[], work: PeerWork): Promise<void> {
  for (const { peer, variants } of engines) variants[work] = (await peer.request(work, 0)).variant;
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of engines) {
      const { ms, peakMb = 0 } = await engine.peer.request(work, 1);
      engine.ms[work] = [...(engine.ms[work] ?? []), ...ms];
      if (work === 'forward') engine.peakMb = peakMb;
    }
  }
}

function figures({ peer, ms, variants, peakMb }: Engine) {
  const of = (work: PeerWork) => ({
    ms: median(ms[work]!),
    rounds: ms[work]!,
    variant: variants[work]!,
  });
  const matmul = of(MATMUL_WORK);
  const forward = of('forward');
  const sampling = of('sampling');
  const tokens = SAMPLING.batch * SAMPLING.sampled;
  return {
    engine: peer.hello,
    matmulGflops: gflops(matmulFlops(...MATMUL), matmul.ms),
    forward: {
      ...forward,
      gflops: gflops(forwardFlops(GPT2_SMALL, FORWARD.batch, FORWARD.tokens), forward.ms),
      peakMb,
    },
    sampling: { ...sampling, tokensPerSecond: (tokens * 1000) / sampling.ms },
  };
}

const MATMUL_WORK: PeerWork = `matmul ${MATMUL[0]}x${MATMUL[1]}x${MATMUL[2]}`;

/** How many times faster we are (medians of the rounds' ratios), and our share of its memory. */
function comparison(own: Engine, other: Engine) {
  const faster = (work: PeerWork) =>
    median(own.ms[work]!.map((ms, round) => other.ms[work]![round]! / ms));
  return {
    forwardSpeedup: faster('forward'),
    samplingSpeedup: faster('sampling'),
    peakMemoryShare: own.peakMb / other.peakMb,
  };
}

async function startAll(folder: string, threads: number, say: (line: string) => void) {
  const own = await startPeer(ours(folder, threads));
  if (!own.peer) throw new Error(own.reason);
  const others = new Map<string, Engine>();
  for (const engine of PEERS) {
    const args = ['--engine', engine, '--folder', folder];
    const { peer, reason } = await startPeer(pythonPeer('models.py', threads, args));
    if (peer) others.set(engine, engineOf(peer));
    else say(`no ${engine}: ${reason}`);
  }
  return { own: engineOf(own.peer), others };
}

/** A forward pass with all residuals read, and sampling with one edit. */
export const benchmark: Benchmark = async ({ threads, report, say }) => {
  const folder = await writeModel();
  const { own, others } = await startAll(folder, threads, say);
  const engines = [own, ...others.values()];
  try {
    const works: PeerWork[] = ['forward', MATMUL_WORK, 'sampling'];
    for (const [index, work] of works.entries()) {
      await time(engines, work);
      report({ task: 'models benchmark', done: index + 1, total: works.length, unit: 'works' });
    }
    const peers = [...others].map(([name, engine]) => [
      name,
      { ...figures(engine), ...comparison(own, engine) },
    ]);
    return {
      threads,
      rounds: ROUNDS,
      ...figures(own),
      peers: others.size > 0 ? Object.fromEntries(peers) : null,
    };
  } finally {
    for (const { peer } of engines) await peer.stop();
    await rm(folder, { recursive: true });
  }
};
