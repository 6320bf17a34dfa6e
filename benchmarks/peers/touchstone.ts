/**
 * @file Our side of the models benchmark, in a process of its own so that its peak memory is its own.
 * It speaks the peers' protocol: one line of JSON in, one out (see peer.ts).
 *
 * Run alone: echo '{"work": "forward", "repeats": 3}' | node dist/benchmarks/peers/touchstone.js FOLDER
 */
import { createInterface } from 'node:readline';
import { nodeRuntime, openModel } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { matmul } from '../matmul.ts';
import { FORWARD, SAMPLING } from '../shapes.ts';

type Run = () => Promise<void>;

const [folder, threadCount = '2'] = process.argv.slice(2);
const threads = Number(threadCount);
const runtime = nodeRuntime({ threads });
const model = await openModel(folder!, runtime);
const vocabulary = model.config.vocab_size;

function randomRows(rows: number, length: number): number[][] {
  const reader = randomStream(1, 'benchmark').reader();
  return Array.from({ length: rows }, () =>
    Array.from({ length }, () => reader.integer(vocabulary)),
  );
}

/** Logits and all residuals of 8 x 128 tokens. */
function forward(): Run {
  const rows = randomRows(FORWARD.batch, FORWARD.tokens);
  const read = layers().map((i) => `blocks.${i}.hook_resid_post`);
  // As Python does when a result is dropped.
  return async () => (await model.run(rows, { read })).release();
}

function layers(): number[] {
  return Array.from({ length: model.config.num_hidden_layers }, (_, i) => i);
}

/** 32 x 64 tokens at temperature 1 after a prompt of 8, a vector added after one block at each step. */
function sampling(): Run {
  const { batch, prompt, sampled, layer } = SAMPLING;
  const prompts = randomRows(batch, prompt);
  const vector = Array.from({ length: model.config.hidden_size }, () => 0.1);
  const edits = [{ at: `blocks.${layer}.hook_resid_post`, do: 'add', vector }] as const;
  const options = { batchSize: batch, maxTokens: sampled, stop: [], edits };
  return async () => {
    for await (const _ of model.sample(prompts, options)) void _;
  };
}

async function workOf(work: string): Promise<Run> {
  const [name, sizes] = work.split(' ');
  if (name !== 'matmul') return name === 'forward' ? forward() : sampling();
  const [m, k, n] = sizes!.split('x').map(Number);
  return (await matmul(runtime, m!, k!, n!)).run;
}

const works = new Map<string, Run>();

async function answer({ work, repeats }: { work: string; repeats: number }): Promise<unknown> {
  const run = works.get(work) ?? (await workOf(work));
  if (!works.has(work)) await run();
  works.set(work, run);
  const ms: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
  }
  return { work, ms, variant: 'touchstone', race: {}, peakMb: peakMb() };
}

/** Peak resident memory; Node gives it in KiB. */
function peakMb(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}

const say = (value: unknown) => console.log(JSON.stringify(value));
say({ name: 'Touchstone', node: process.versions.node, threads });
for await (const line of createInterface(process.stdin)) {
  try {
    say(await answer(JSON.parse(line)));
  } catch (error) {
    say({ error: String(error) });
  }
}
