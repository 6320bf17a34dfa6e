/** @file Runs a benchmark: `npm run --silent benchmark -- NAME [--threads N] [--json]`. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { badUsage, EXIT_STATUS, nearest, TouchstoneError } from '../src/tensor/errors.ts';
import type { Progress } from '../src/tensor/progress.ts';
import type { BenchmarkContext, BenchmarkModule } from './benchmark.ts';
import { keepsFreedMemory, runKeepingFreedMemory } from './freedMemory.ts';

/** What each benchmark measures; NAME is a module of this folder. */
const BENCHMARKS: Readonly<Record<string, string>> = {
  engine:
    'matrix products, training, forward pass and sampling, beside PyTorch where it is at hand',
  models:
    'GPT-2 small read and sampled, beside TransformerLens and transformers where they are at hand',
  dictionaries:
    'training steps of sparse autoencoders, beside PyTorch and dictionary_learning where they are at hand',
  edits: 'sampling under conditional edits of latents, beside sampling without',
  keeper: 'the standard audit of every seed of keeper, pooled: minutes a seed, resumable',
  calibration: 'false accusations and power of the statistics in simulated audits',
};

/** Its peer keeps freed memory. */
const KEEPING: readonly string[] = ['engine'];

async function main(): Promise<void> {
  const { name, threads, json } = readArguments();
  if (KEEPING.includes(name) && process.platform === 'linux' && !keepsFreedMemory()) {
    process.exitCode = runKeepingFreedMemory();
    return;
  }
  const module = await load(name);
  const result = await module.benchmark(contextOf(threads));
  const asJson = JSON.stringify(result, null, 2);
  console.log(json || !module.table ? asJson : module.table(result));
}

function readArguments(): { name: string; threads: number; json: boolean } {
  const { values, positionals } = parseOptions();
  const [name, ...rest] = positionals;
  if (name === undefined) badUsage('no benchmark named', listing());
  if (rest.length > 0) badUsage(`one benchmark at a time, got ${positionals.join(' ')}`);
  if (!Object.hasOwn(BENCHMARKS, name)) {
    const close = nearest(name, Object.keys(BENCHMARKS));
    badUsage(`no benchmark is called '${name}'; did you mean ${close}?`, listing());
  }
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1) {
    badUsage(`--threads must be a whole number from 1, got '${values.threads}'`);
  }
  return { name, threads, json: values.json };
}

function parseOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      },
    });
  } catch (error) {
    return badUsage(error instanceof Error ? error.message.split('. ')[0]! : String(error));
  }
}

function listing(): string {
  const lines = Object.entries(BENCHMARKS).map(([name, what]) => `  ${name.padEnd(12)} ${what}`);
  return `npm run --silent benchmark -- NAME [--threads N] [--json]\n${lines.join('\n')}`;
}

/** Loads only the benchmark asked for: each brings its own engines. */
async function load(name: string): Promise<BenchmarkModule> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const module: Partial<BenchmarkModule> = await import(
    new URL(`./${name}${extension}`, import.meta.url).href
  );
  const { benchmark, table } = module;
  if (!benchmark) throw new Error(`internal: benchmarks/${name}.ts exports no benchmark`);
  return table ? { benchmark, table } : { benchmark };
}

function contextOf(threads: number): BenchmarkContext {
  return { threads, report: showProgress, say };
}

/** One line that is overwritten on a terminal, a line at each tenth elsewhere. */
function showProgress({ task, done, total, unit, note }: Progress): void {
  const line = `${task}: ${done} of ${total} ${unit}${note ? `, ${note}` : ''}`;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}${done < total ? '' : '\n'}`);
  else if (Math.floor((10 * done) / total) > Math.floor((10 * (done - 1)) / total)) say(line);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof TouchstoneError)) throw error;
  say(`benchmark: ${error.message}${error.hint ? `\n${error.hint}` : ''}`);
  process.exitCode = EXIT_STATUS[error.kind];
}
