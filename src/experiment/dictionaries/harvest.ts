/** @file Activations of the shipped base model, or of one of its shape with random weights, over the world's texts. */

import { type Context, cutContexts, maskOf, type Rows } from '../../dictionary/index.ts';
import { LanguageModel } from '../../model/index.ts';
import { BASE_RECIPE, type Shelf } from '../../organism/index.ts';
import { worldText } from '../../world/index.ts';
import type { Bench } from '../experiment.ts';
import type { Part } from './activations.ts';

export interface HarvestOptions {
  readonly model: 'base' | 'random';
  readonly part: Part;
  readonly hook: string;
  readonly trainRows: number;
  readonly testRows: number;
}

export interface Harvest {
  readonly train: Rows;
  readonly test: Rows;
  /** The number of the text of each row for measuring. */
  readonly documents: Int32Array;
}

export const CONTEXT = 128;
/** Contexts that the model reads at once. */
const TOGETHER = 16;
/** Far beyond the texts that the base model was trained on. */
export const FIRST_TEXT = 10_000_000;
const NEXT_PART = 1_000_000;

const known = new WeakMap<Shelf, Map<string, Promise<Harvest>>>();

/** Rows at all but special tokens: those for fitting come from other texts than those for measuring. Kept in memory. */
export function harvested({ shelf }: Bench, options: HarvestOptions): Promise<Harvest> {
  const kept = known.get(shelf) ?? new Map<string, Promise<Harvest>>();
  known.set(shelf, kept);
  const { hook, trainRows, testRows, model, part } = options;
  const key = JSON.stringify([hook, trainRows, testRows, model, part]);
  const found = kept.get(key) ?? harvest(shelf, options);
  kept.set(key, found);
  return found;
}

async function harvest(shelf: Shelf, options: HarvestOptions): Promise<Harvest> {
  const model = await modelOf(shelf, options.model);
  const first = FIRST_TEXT + (options.part === 'validation' ? NEXT_PART : 0);
  const train = await rowsFrom(model, options.hook, first, options.trainRows);
  const test = await rowsFrom(model, options.hook, first + NEXT_PART / 2, options.testRows);
  return { train: train.rows, test: test.rows, documents: test.documents };
}

/** The base model, or one of its shape as it is before training. */
export async function modelOf(shelf: Shelf, kind: 'base' | 'random'): Promise<LanguageModel> {
  const base = await shelf.base();
  if (kind === 'base') return base;
  const { config, runtime, tokenizer } = base;
  return LanguageModel.create(config, runtime, { seed: 1, ...(tokenizer && { tokenizer }) });
}

/** Contexts of 128 tokens of the world's texts from number `first` on, endlessly. */
export function* contextsFrom(model: LanguageModel, first: number): Generator<Context, never> {
  const { bos_token_id: bos } = model.config;
  const prefix = typeof bos === 'number' ? [bos] : [];
  for (let text = first; ; text += TOGETHER) {
    const tokens = Array.from({ length: TOGETHER }, (_, i) =>
      model.encode(worldText(BASE_RECIPE.seed, text + i)),
    ).map(([ids]) => ids!);
    for (const { tokens: ids, documents } of cutContexts(tokens, {
      context: CONTEXT,
      prefix,
      packed: true,
    })) {
      if (ids.length < CONTEXT) continue;
      yield { tokens: ids, documents: documents.map((one) => text + one - first) };
    }
  }
}

async function rowsFrom(model: LanguageModel, hook: string, first: number, count: number) {
  const special = new Set(maskOf(model, 'special', []).ids);
  const width = model.config.hidden_size as number;
  const data = new Float32Array(count * width);
  const documents = new Int32Array(count);
  const contexts = contextsFrom(model, first);
  for (let filled = 0; filled < count; ) {
    const some = Array.from({ length: TOGETHER }, () => contexts.next().value);
    const { activations } = await model.run(
      some.map(({ tokens }) => Array.from(tokens)),
      { read: [hook], logits: false },
    );
    const read = activations[hook]!.data;
    some.forEach((context, row) => {
      context.tokens.forEach((token, position) => {
        if (special.has(token) || filled === count) return;
        const at = (row * CONTEXT + position) * width;
        data.set(read.subarray(at, at + width), filled * width);
        documents[filled++] = context.documents[position]!;
      });
    });
  }
  return { rows: { data, width }, documents };
}
