/** @file The work of `touchstone steer adapters`: searches in a run folder, and writes each adapter as PEFT reads it. */
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { modelHash } from '../../../audit/index.ts';
import {
  type AdapterMelboOptions,
  adapterMelbo,
  checkHook,
  hasFile,
  isGguf,
  type LanguageModel,
  type SteeringAdapter,
  saveLora,
  steeringLora,
} from '../../../model/index.ts';
import { clusteredMean } from '../../../statistics/index.ts';
import { openRun, type Run, type RunSpec } from '../../../store/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { SteerAdaptersOptions } from '../../commands/steer.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { openNamed, runtimeVersion } from '../models.ts';
import { promptText, promptTokens } from '../prompts.ts';
import { baselineSeed } from './search.ts';

const moved = z.number().min(0);
const whole = z.number().int().min(0);

/** The published shape of `adapters.json`, and of what `--json` prints. */
export const steeringAdaptersSchema = z.object({
  schema: z.literal('touchstone/steering-adapters/1'),
  model: z.object({ name: z.string(), sha256: z.string() }),
  at: z.string().describe('hook point whose MLP is adapted'),
  target: z.string().nullable().describe('hook point whose change is the objective; null: default'),
  rank: whole,
  radius: z.number().gt(0).describe('the most that |B A| can be'),
  steps: whole,
  learningRate: z.number(),
  seed: whole,
  prompts: z.array(z.string()).min(1).describe('as the model was given them'),
  adapters: z.array(
    z.object({
      folder: z.string().describe('beside this file'),
      moved: moved.describe('sum over prompts of how far the target moves'),
      times: z.number().describe('by the mean of the random adapters'),
      randomAbove: whole.describe('random adapters that move it as far or farther'),
    }),
  ),
  random: z
    .object({
      n: whole,
      seed: whole,
      mean: moved,
      interval: z.tuple([z.number(), z.number()]),
      largest: moved,
    })
    .describe("the baseline: uniformly random A and B of the same norms; Student's 95 %"),
  forwardTokens: whole,
  backwardTokens: whole,
  versions: z.record(z.string(), z.string()),
});

type AdaptersRecord = z.infer<typeof steeringAdaptersSchema>;

const folderOf = (index: number) => `adapter-${index}`;

/** Finds adapters, or goes on, and says how far they move the model. */
export async function steerAdaptersCommand(
  options: SteerAdaptersOptions,
  context: Context,
): Promise<number> {
  const model = await openNamed(options.model);
  try {
    const texts = options.prompt.map((prompt) => promptText(model, { ...options, prompt }));
    const rows = texts.map((text) => promptTokens(model, text, options));
    const settings = settingsOf(model, options);
    const sha256 = await modelHash(model);
    const run = await openRun(options.out, specOf(options, settings, rows, sha256));
    try {
      const found = await search(model, rows, settings, run, context);
      const baseline = { ...settings, steps: 0, orthogonal: false, count: options.random };
      const random = await adapterMelbo(model, rows, {
        ...baseline,
        seed: baselineSeed(options.seed),
      });
      for (const [i, { lora }] of found.entries()) await save(lora, i, options);
      const record = recordOf(options, settings, { texts, sha256, found, random });
      await run.finish({ 'adapters.json': `${JSON.stringify(record, null, 2)}\n` });
      if (options.json) printJson(context, record);
      else context.print(textOf(record, options.out));
    } finally {
      await run.close();
    }
    return DONE;
  } finally {
    await model.release();
  }
}

type Settings = Omit<AdapterMelboOptions, 'learningRate' | 'rank' | 'layer'> &
  Required<Pick<AdapterMelboOptions, 'learningRate' | 'rank' | 'layer'>>;

function settingsOf({ config }: LanguageModel, options: SteerAdaptersOptions): Settings {
  const { radius, rank, rate, steps, seed, adapters: count, target } = options;
  const layers = config.num_hidden_layers;
  const { layer = Math.floor(layers / 4) } = options;
  if (layer >= layers) badUsage(`--layer ${layer}: layers are 0 to ${layers - 1}`);
  // A [rank, d_mlp] has the norm sqrt(radius): its coordinates are about this large.
  const learningRate = (rate * Math.sqrt(radius)) / Math.sqrt(rank * config.intermediate_size);
  const at = target === undefined ? {} : { target: checkHook(target, config) };
  return { ...{ radius, rank, layer, steps, seed, count, learningRate }, ...at };
}

function specOf(
  { model, random, seed }: SteerAdaptersOptions,
  { seed: _, ...settings }: Settings,
  prompts: readonly (readonly number[])[],
  sha256: string,
): RunSpec {
  return {
    kind: 'steering',
    settings: {
      model,
      method: 'adapters',
      ...settings,
      target: settings.target ?? null,
      random,
      prompts,
    },
    seeds: { steering: seed },
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    hashes: { model: sha256 },
  };
}

const keptSchema = z.object({
  a: z.array(z.number()),
  b: z.array(z.number()),
  objective: z.number(),
  forwardTokens: z.number(),
  backwardTokens: z.number(),
});

/** The adapters: those that the journal has, and then the others. */
function search(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  settings: Settings,
  run: Run,
  { report, safePoint }: Context,
): Promise<SteeringAdapter[]> {
  const { count = 1, layer } = settings;
  const known: SteeringAdapter[] = [];
  for (let i = 0; i < count; i++) {
    const kept = run.recall(folderOf(i));
    if (kept === undefined) break;
    const { a, b, ...rest } = keptSchema.parse(kept);
    const factors = { a: Float32Array.from(a), b: Float32Array.from(b) };
    known.push({
      at: `blocks.${layer}.hook_mlp_out`,
      ...rest,
      lora: steeringLora(model, factors, settings),
    });
  }
  const onFound = async ({ at: _, lora, ...rest }: SteeringAdapter, index: number) => {
    const [pair] = lora.pairs.values();
    await run.record(folderOf(index), { a: [...pair!.a], b: [...pair!.b], ...rest });
    report({ task: 'adapters', done: index + 1, total: count, unit: 'adapters' });
  };
  return adapterMelbo(model, rows, { ...settings, known, onFound, safePoint });
}

async function save(
  lora: SteeringAdapter['lora'],
  index: number,
  { out, model }: SteerAdaptersOptions,
): Promise<void> {
  const folder = join(out, folderOf(index));
  const base = { base_model_name_or_path: await baseName(model, folder) };
  await saveLora(lora, folder, base, { overwrite: true });
}

/** A model on disk as it lies from the adapter, so that both can be moved together; any other by its name. */
async function baseName(model: string, folder: string): Promise<string> {
  const onDisk =
    isGguf(model) ||
    (await hasFile(join(model, 'config.json'))) ||
    (await hasFile(join(model, 'adapter_config.json')));
  return onDisk && !isAbsolute(model) ? relative(folder, model) : model;
}

interface Results {
  readonly texts: readonly string[];
  readonly sha256: string;
  readonly found: readonly SteeringAdapter[];
  readonly random: readonly SteeringAdapter[];
}

function recordOf(
  options: SteerAdaptersOptions,
  { layer, rank, radius, learningRate, target }: Settings,
  { texts, sha256, found, random }: Results,
): AdaptersRecord {
  const values = random.map(({ objective }) => objective);
  const { estimate: mean, interval } = clusteredMean(
    values.map((value) => ({ cluster: 'random', value })),
  );
  const sum = (field: 'forwardTokens' | 'backwardTokens') =>
    found.reduce((total, adapter) => total + adapter[field], 0);
  return steeringAdaptersSchema.parse({
    schema: 'touchstone/steering-adapters/1',
    model: { name: options.model, sha256 },
    ...{ at: `blocks.${layer}.hook_mlp_out`, target: target ?? null, rank, radius, learningRate },
    ...{ steps: options.steps, seed: options.seed, prompts: [...texts] },
    adapters: found.map(({ objective }, index) => ({
      folder: folderOf(index),
      moved: objective,
      times: objective / mean,
      randomAbove: values.filter((value) => value >= objective).length,
    })),
    random: {
      ...{ n: values.length, seed: baselineSeed(options.seed), mean },
      interval: [interval[0], interval[1]],
      largest: Math.max(...values),
    },
    ...{ forwardTokens: sum('forwardTokens'), backwardTokens: sum('backwardTokens') },
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
  } satisfies AdaptersRecord);
}

const short = (value: number) => value.toPrecision(4);

function textOf(
  { adapters, at, rank, radius, random, prompts, seed }: AdaptersRecord,
  out: string,
): string {
  const [low, high] = random.interval;
  const rows = adapters.map(
    ({ folder, moved: by, times, randomAbove }) =>
      `${folder.padEnd(12)}${short(by).padStart(10)}${`${times.toFixed(2)} x`.padStart(10)}${`${randomAbove} of ${random.n}`.padStart(14)}`,
  );
  return `${[
    `${adapters.length} adapters of rank ${rank} and |B A| of ${short(radius)} at the most, at ${at}; prompts: ${prompts.length}; seed ${seed}`,
    `${random.n} random ones move the target by ${short(random.mean)} [${short(low)}, ${short(high)}] on average, ${short(random.largest)} at most`,
    `${'adapter'.padEnd(12)}${'moves by'.padStart(10)}${'random'.padStart(10)}${'random above'.padStart(14)}`,
    ...rows,
    `written: ${out}; ask with one: touchstone generate ${join(out, folderOf(0))} --prompt TEXT`,
  ].join('\n')}\n`;
}
