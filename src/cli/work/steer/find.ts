/** @file The work of `touchstone steer find`: searches in a run folder, and writes the vectors beside what they move. */
import { createHash } from 'node:crypto';
import { modelHash } from '../../../audit/index.ts';
import {
  checkHook,
  Departure,
  encodeVectors,
  type HookName,
  type LanguageModel,
  STEERING,
  type SteeringRecord,
  type SteeringVector,
  steeringSchema,
  VECTORS,
} from '../../../model/index.ts';
import { clusteredMean } from '../../../statistics/index.ts';
import { openRun, type RunSpec } from '../../../store/index.ts';
import type { SteerFindOptions } from '../../commands/steer.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { openNamed, runtimeVersion } from '../models.ts';
import { promptText, promptTokens } from '../prompts.ts';
import { baseline, baselineSeed, findVectors, learningRateOf, type Search } from './search.ts';
import { textOf } from './text.ts';

/** Finds vectors, or goes on, and says how far they move the model. */
export async function steerFindCommand(
  options: SteerFindOptions,
  context: Context,
): Promise<number> {
  const model = await openNamed(options.model);
  try {
    const texts = options.prompt.map((prompt) => promptText(model, { ...options, prompt }));
    const search = await prepare(model, texts, options);
    const record = await inFolder(search, texts, await modelHash(model), context);
    if (options.json) printJson(context, record);
    else context.print(textOf(record, search.departure.tokens, options.out));
    return DONE;
  } finally {
    await model.release();
  }
}

async function prepare(
  model: LanguageModel,
  texts: readonly string[],
  options: SteerFindOptions,
): Promise<Search> {
  const rows = texts.map((text) => promptTokens(model, text, options));
  const { config } = model;
  const hook = (name: string | undefined): HookName | undefined =>
    name === undefined ? undefined : checkHook(name, config);
  const [at, target] = [hook(options.at), hook(options.target)];
  const places = { ...(at && { at }), ...(target && { target }) };
  const departure = await Departure.of(model, rows, places);
  const meanNorm = await meanNormAt(model, rows, departure.at);
  const radius = options.relative ? options.radius * meanNorm : options.radius;
  return { model, rows, departure, meanNorm, radius, options };
}

/** Mean norm of an activation over all positions of the prompts. */
async function meanNormAt(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  at: HookName,
): Promise<number> {
  let [sum, n] = [0, 0];
  for (const row of rows) {
    const { activations } = await model.run([row], { read: [at], logits: false });
    const { data, dims } = activations[at]!;
    const width = dims.at(-1)!;
    for (let i = 0; i < data.length; i += width, n++)
      sum += Math.hypot(...data.subarray(i, i + width));
  }
  return sum / n;
}

async function inFolder(
  search: Search,
  texts: readonly string[],
  sha256: string,
  context: Context,
): Promise<SteeringRecord> {
  const { out } = search.options;
  const run = await openRun(out, specOf(search, sha256));
  try {
    if (run.resumed > 0) context.tell(`going on with ${out}: ${run.resumed} vectors are found`);
    const found = await findVectors(search, run, context);
    const random = await baseline(search);
    const bytes = encodeVectors(found.map(({ vector }) => vector));
    const record = recordOf(search, { texts, sha256, found, random, bytes });
    await run.finish({ [VECTORS]: bytes, [STEERING]: `${JSON.stringify(record, null, 2)}\n` });
    return record;
  } finally {
    await run.close();
  }
}

function specOf({ rows, departure, radius, options }: Search, sha256: string): RunSpec {
  const { method, vectors, steps, rate, random, seed, model } = options;
  const { at, target } = departure;
  return {
    kind: 'steering',
    settings: { model, method, at, target, radius, vectors, steps, rate, random, prompts: rows },
    seeds: { steering: seed },
    versions: versions(),
    hashes: { model: sha256 },
  };
}

function versions() {
  return { touchstone: version(), onnxruntime: runtimeVersion() };
}

interface Results {
  readonly texts: readonly string[];
  readonly sha256: string;
  readonly found: readonly SteeringVector[];
  readonly random: readonly SteeringVector[];
  readonly bytes: Uint8Array;
}

function recordOf(
  search: Search,
  { texts, sha256, found, random, bytes }: Results,
): SteeringRecord {
  const { model, departure, radius, meanNorm, options } = search;
  const { method, seed } = options;
  const ascends = method === 'melbo';
  const sum = (of: (vector: SteeringVector) => number) =>
    found.reduce((total, vector) => total + of(vector), 0);
  return steeringSchema.parse({
    schema: 'touchstone/steering/1',
    model: { name: options.model, family: model.config.model_type, sha256 },
    ...{ method, at: departure.at, target: departure.target, radius, meanNorm, seed },
    steps: ascends ? options.steps : null,
    learningRate: ascends ? learningRateOf(search) : null,
    prompts: texts,
    ...besideRandom(found, random, seed),
    forwardTokens: sum(({ forwardTokens }) => forwardTokens),
    backwardTokens: sum(({ backwardTokens }) => backwardTokens),
    file: {
      file: VECTORS,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    versions: versions(),
  });
}

/** How far vectors move the target, beside random ones of their norm. */
function besideRandom(
  found: readonly SteeringVector[],
  random: readonly SteeringVector[],
  seed: number,
): Pick<SteeringRecord, 'vectors' | 'random'> {
  const moved = random.map(({ objective }) => objective);
  const { estimate: mean, interval } = clusteredMean(
    moved.map((value) => ({ cluster: 'random', value })),
  );
  const vectors = found.map(({ objective }, index) => ({
    index,
    moved: objective,
    times: objective / mean,
    randomAbove: moved.filter((value) => value >= objective).length,
  }));
  const largest = Math.max(...moved);
  const [low, high] = interval;
  const own = {
    n: moved.length,
    seed: baselineSeed(seed),
    mean,
    interval: [low, high] as [number, number],
  };
  return { vectors, random: { ...own, largest } };
}
