/** @file What a training run ends with: each dictionary, and its last training batches. */
import { z } from 'zod';
import type { Dictionary, DictionaryPlan, HistoryEntry } from '../../../dictionary/index.ts';
import { studentCritical } from '../../../statistics/normal.ts';
import { type CURVES, Curve, type CurvePoint, historyOf } from './curves.ts';

const whole = z.number().int().min(0);

const figureSchema = z.object({
  mean: z.number(),
  interval: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe("95 %, Student's over the batches; null for a single batch"),
});

/** The published shape of what `dict train --json` prints. */
export const dictionaryTrainingSchema = z.object({
  schema: z.literal('touchstone/dictionary-training/1'),
  activations: z.object({
    model: z.string(),
    modelSha256: z.string(),
    textsSha256: z.string().describe("of the documents' lengths and token ids"),
    read: z.string(),
    target: z.string().nullable(),
    rows: whole.describe('of one epoch'),
    context: whole.describe('most tokens of a context'),
    packed: z.boolean(),
    prefix: z.array(whole),
    mask: z.object({ rule: z.enum(['special', 'none']), ids: z.array(whole) }),
    buffer: whole,
    shuffleSeed: whole,
  }),
  steps: whole,
  batch: whole,
  dictionaries: z.array(
    z.object({
      name: z.string().describe('also its folder'),
      architecture: z.string().describe('as it was trained'),
      savedAs: z.string().describe('how it encodes once trained: batchtopk becomes jumprelu'),
      d_in: whole,
      d_sae: whole,
      d_out: whole,
      seed: whole,
      trained: z
        .object({
          batches: whole.describe(
            'n of the figures: the last training batches, before their update',
          ),
          loss: figureSchema,
          l0: figureSchema.describe('active latents a row'),
          explainedVariance: figureSchema.describe(
            "1 - squared error / squared distance from the batch's mean; the mean itself has 0",
          ),
          dead: whole.describe('latents that had not fired for long at the last step'),
        })
        .nullable(),
      fitted: z
        .looseObject({ rows: whole, iterations: whole, converged: z.boolean() })
        .nullable()
        .describe('how a kind without gradients was fitted'),
    }),
  ),
  versions: z.record(z.string(), z.string()),
});

export type DictionaryTraining = z.infer<typeof dictionaryTrainingSchema>;
type Summary = DictionaryTraining['dictionaries'][number];

/** Batches that the last figures are of. */
const LAST = 100;
/** Points of a curve on the page. */
const POINTS = 400;

/** What the history says of each dictionary. */
export interface Read {
  readonly points: ReadonlyMap<string, readonly CurvePoint[]>;
  readonly last: ReadonlyMap<string, readonly HistoryEntry[]>;
}

/** Reads a history: curves of a bounded number of points, and the last steps as they are. */
export async function readCurves(
  path: string,
  names: readonly string[],
  steps: number,
): Promise<Read> {
  const curves = new Map(names.map((name) => [name, new Curve(POINTS)]));
  const last = new Map(names.map((name): [string, HistoryEntry[]] => [name, []]));
  if (names.length > 0) {
    for await (const entry of historyOf(path)) {
      curves.get(entry.dictionary)?.add(entry);
      if (entry.step > steps - LAST) last.get(entry.dictionary)?.push(entry);
    }
  }
  return { points: new Map([...curves].map(([name, curve]) => [name, curve.points])), last };
}

/** The summary of one dictionary. */
export function summaryOf(
  { name, config, seed = 0 }: DictionaryPlan,
  saved: Dictionary['config'],
  last: readonly HistoryEntry[],
): Summary {
  const { d_in, d_sae, d_out = d_in, fitted } = saved;
  return {
    name,
    architecture: config.architecture,
    savedAs: saved.architecture,
    ...{ d_in, d_sae, d_out, seed },
    trained: last.length === 0 ? null : trainedFigures(last),
    fitted: fitted === undefined ? null : (fitted as Summary['fitted']),
  };
}

function trainedFigures(last: readonly HistoryEntry[]): NonNullable<Summary['trained']> {
  const figure = (name: (typeof CURVES)[number]) => figureOf(last.map((entry) => entry[name]));
  return {
    batches: last.length,
    loss: figure('loss'),
    l0: figure('l0'),
    explainedVariance: figure('explainedVariance'),
    dead: last.at(-1)!.dead,
  };
}

function figureOf(values: readonly number[]): z.infer<typeof figureSchema> {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, interval: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentCritical(0.95, n - 1) * Math.sqrt(variance / n);
  return { mean, interval: [mean - half, mean + half] };
}

/** The summary as lines for a terminal. */
export function summaryText({ dictionaries, steps, batch }: DictionaryTraining): string {
  const lines = dictionaries.map((one) => `${one.name}: ${whatOf(one)}; ${howOf(one)}`);
  const n = dictionaries.find(({ trained }) => trained)?.trained?.batches;
  const note =
    n === undefined
      ? ''
      : `\nMeans over the last ${n} of ${steps} training batches of ${batch} rows, 95 % intervals; the mean of a batch explains 0.`;
  return `${lines.join('\n')}${note}\n`;
}

function whatOf({ architecture, savedAs, d_sae, d_in, d_out, seed }: Summary): string {
  const as = savedAs === architecture ? architecture : `${architecture}, saved as ${savedAs}`;
  const widths = d_in === d_out ? `${d_in}` : `${d_in} to ${d_out}`;
  return `${as}, ${d_sae} latents of width ${widths}, seed ${seed}`;
}

function howOf({ trained, fitted }: Summary): string {
  if (fitted) {
    const end = fitted.converged ? 'converged' : 'stopped';
    return `fitted to ${fitted.rows} rows, ${end} after ${fitted.iterations} iterations`;
  }
  if (!trained) return 'nothing measured';
  const { explainedVariance, l0, loss, dead } = trained;
  const say = ({ mean, interval }: typeof loss, digits: number) => {
    const range = interval ? ` [${interval.map((end) => end.toFixed(digits)).join(', ')}]` : '';
    return mean.toFixed(digits) + range;
  };
  return `explained variance ${say(explainedVariance, 4)}, L0 ${say(l0, 2)}, loss ${say(loss, 3)}, dead ${dead}`;
}
