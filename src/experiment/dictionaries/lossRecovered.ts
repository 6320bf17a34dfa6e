/** @file How much of the model's loss a dictionary's reconstruction keeps, at the place that it was fitted to. */
import {
  type Dictionary,
  DictionarySums,
  maskOf,
  type Rows,
  valuesOf,
} from '../../dictionary/index.ts';
import { checkHook, type LanguageModel } from '../../model/index.ts';
import type { Bench } from '../experiment.ts';
import type { Activations } from './activations.ts';
import { CONTEXT, contextsFrom, FIRST_TEXT, modelOf } from './harvest.ts';

/** Texts that nothing was fitted to or chosen on. */
const TEXTS = FIRST_TEXT + 2_000_000;

/** What is the same for every dictionary: tokens, activations, and losses without any. */
interface Ground {
  readonly model: LanguageModel;
  readonly hook: string;
  readonly tokens: readonly (readonly number[])[];
  /** [contexts x 128, width]. */
  readonly rows: Rows;
  /** Rows that are not replaced: special tokens. */
  readonly kept: readonly boolean[];
  /** Nats of each context. */
  readonly ceOriginal: Float64Array;
  readonly ceZero: Float64Array;
}

const grounds = new WeakMap<Bench['shelf'], Map<string, Promise<Ground>>>();

/**
 * (CE_zero - CE_spliced) / (CE_zero - CE_original) on contexts of the base model; at special tokens nothing is
 * replaced. The dictionary is one of activations as `data` scales them.
 */
export async function lossRecovered(
  dictionary: Dictionary,
  data: Activations,
  bench: Bench,
  { hook, contexts }: { hook: string; contexts: number },
): Promise<number | null> {
  const ground = await groundOf(bench, hook, contexts);
  const { rows, ceOriginal, ceZero } = ground;
  const width = rows.width;
  const seen = rows.data.map((value, i) => (value - data.mean[i % width]!) * data.scale);
  const decoded = await dictionary.reconstruct({ data: seen, width });
  const back = decoded.map((value, i) => value / data.scale + data.mean[i % width]!);
  const ceSpliced = await losses(ground, back);
  const sums = new DictionarySums(dictionary.config);
  ceSpliced.forEach((spliced, i) => {
    const ce = { ceSpliced: spliced, ceOriginal: ceOriginal[i]!, ceZero: ceZero[i]! };
    sums.addModel(i, { ...ce, tokens: CONTEXT - 1 });
  });
  const found = valuesOf(sums).ce_recovered;
  return typeof found === 'number' ? found : null;
}

function groundOf({ shelf }: Bench, hook: string, contexts: number): Promise<Ground> {
  const kept = grounds.get(shelf) ?? new Map<string, Promise<Ground>>();
  grounds.set(shelf, kept);
  const key = `${hook} ${contexts}`;
  const found = kept.get(key) ?? groundFrom(shelf, hook, contexts);
  kept.set(key, found);
  return found;
}

async function groundFrom(shelf: Bench['shelf'], hook: string, contexts: number): Promise<Ground> {
  const model = await modelOf(shelf, 'base');
  const special = new Set(maskOf(model, 'special', []).ids);
  const source = contextsFrom(model, TEXTS);
  const tokens = Array.from({ length: contexts }, () => Array.from(source.next().value.tokens));
  const { activations } = await model.run(tokens, { read: [hook], logits: false });
  const { data } = activations[hook]!;
  const rows = { data, width: model.config.hidden_size };
  const kept = tokens.flat().map((token) => special.has(token));
  const bare = { model, hook, tokens, rows, kept };
  return {
    ...bare,
    ceOriginal: await losses(bare, data),
    ceZero: await losses(bare, new Float32Array(data.length)),
  };
}

/** Nats of each context with other activations in place of the model's. */
async function losses(
  { model, hook, tokens, rows, kept }: Omit<Ground, 'ceOriginal' | 'ceZero'>,
  replaced: Float32Array,
): Promise<Float64Array> {
  const { width } = rows;
  const value = Array.from(replaced, (one, i) =>
    kept[Math.floor(i / width)] ? rows.data[i]! : one,
  );
  const { logits } = await model.run(tokens, {
    edits: [{ at: checkHook(hook, model.config), do: 'set', value }],
  });
  const vocabulary = logits!.dims[2]!;
  return Float64Array.from(tokens, (row, context) => {
    let sum = 0;
    for (let position = 0; position + 1 < row.length; position++) {
      const at = (context * row.length + position) * vocabulary;
      sum += crossEntropyOf(logits!.data.subarray(at, at + vocabulary), row[position + 1]!);
    }
    return sum;
  });
}

/** log sum exp - logit of the target, in nats. */
function crossEntropyOf(logits: Float32Array, target: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return most + Math.log(sum) - logits[target]!;
}
