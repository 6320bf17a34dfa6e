/** @file Active latents of a corpus, a few contexts at a time: a model's pass, then the dictionary's. */
import type { LanguageModel } from '../../model/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { inputScalingOf, transcodes } from '../graphs.ts';
import type { Rows } from '../kind.ts';
import type { Corpus } from './corpus.ts';

/** Rows of some contexts, and the latents that are active in each. */
export interface ActiveRows {
  readonly contexts: readonly number[];
  /** The place of each row. */
  readonly places: Int32Array;
  /** Row i has entries starts[i] to starts[i + 1]. */
  readonly starts: Uint32Array;
  /** Latents in rising order within a row. */
  readonly latents: Int32Array;
  readonly values: Float32Array;
  /** What a decoded latent is multiplied with in each row: 1 but for dictionaries that scale their input. */
  readonly scales: Float32Array;
}

/** What is read where. */
export interface Reading {
  readonly model: LanguageModel;
  readonly dictionary: Dictionary;
  readonly hook: string;
  readonly corpus: Corpus;
}

/** Numbers that the latents of one pass may take, as long as a pass has one context. */
const MOST_NUMBERS = 2 ** 23;
const MOST_CONTEXTS = 32;

/** Runs over contexts in the given order. */
export async function* activeRows(
  reading: Reading,
  contexts: readonly number[] = reading.corpus.contexts.map((_, i) => i),
): AsyncGenerator<ActiveRows> {
  for (const some of grouped(reading, contexts)) {
    const { places, data } = await rowsOf(reading, some);
    const width = data.length / places.length;
    const latents = await reading.dictionary.encode({ data, width });
    const scales = scalesOf(reading.dictionary, { data, width });
    yield { contexts: some, places, scales, ...sparse(latents, places.length) };
  }
}

/** The inverse of the input's scaling, row by row; what a transcoder decodes is scaled by nothing. */
function scalesOf({ config }: Dictionary, { data, width }: Rows): Float32Array {
  const scaling = transcodes(config) ? undefined : inputScalingOf(config);
  return Float32Array.from({ length: data.length / width }, (_, i) => {
    if (scaling === undefined) return 1;
    const row = data.subarray(i * width, (i + 1) * width);
    const mean = scaling === 'layer_norm' ? row.reduce((sum, x) => sum + x, 0) / width : 0;
    const squares = row.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return Math.sqrt(squares / (scaling === 'layer_norm' ? width - 1 : width));
  });
}

/** Contexts that run together; those without rows are left out. */
function* grouped(
  { corpus, dictionary }: Reading,
  contexts: readonly number[],
): Generator<number[]> {
  let group: number[] = [];
  let longest = 0;
  for (const context of contexts) {
    const [from, to] = [corpus.starts[context]!, corpus.starts[context + 1]!];
    if (corpus.masked.subarray(from, to).every((is) => is === 1)) continue;
    const length = Math.max(longest, to - from);
    const numbers = (group.length + 1) * length * dictionary.size;
    if (group.length > 0 && (group.length === MOST_CONTEXTS || numbers > MOST_NUMBERS)) {
      yield group;
      [group, longest] = [[], 0];
    }
    group.push(context);
    longest = Math.max(longest, to - from);
  }
  if (group.length > 0) yield group;
}

/** Token ids of contexts, padded at the end: no earlier position sees the padding. */
export function paddedRows(
  corpus: Corpus,
  contexts: readonly number[],
  length?: number,
): number[][] {
  const own = contexts.map((context) => corpus.contexts[context]!.tokens);
  const longest = length ?? Math.max(...own.map((tokens) => tokens.length));
  return own.map((tokens) => Array.from({ length: longest }, (_, i) => tokens[i] ?? 0));
}

async function rowsOf({ model, hook, corpus }: Reading, contexts: readonly number[]) {
  const rows = paddedRows(corpus, contexts);
  const { activations } = await model.run(rows, { read: [hook], logits: false });
  const { data } = activations[hook]!;
  const length = rows[0]!.length;
  const width = data.length / (rows.length * length);
  const places = contexts.flatMap((context) => openPlaces(corpus, context));
  const out = new Float32Array(places.length * width);
  let row = 0;
  contexts.forEach((context, i) => {
    for (const place of openPlaces(corpus, context)) {
      const at = (i * length + place - corpus.starts[context]!) * width;
      out.set(data.subarray(at, at + width), row++ * width);
    }
  });
  return { places: Int32Array.from(places), data: out };
}

function openPlaces({ starts, masked }: Corpus, context: number): number[] {
  const places: number[] = [];
  for (let place = starts[context]!; place < starts[context + 1]!; place++) {
    if (masked[place] === 0) places.push(place);
  }
  return places;
}

/** A matrix's entries that are not 0, row by row. */
function sparse(data: Float32Array, rows: number) {
  const width = data.length / rows;
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) count++;
  const starts = new Uint32Array(rows + 1);
  const [latents, values] = [new Int32Array(count), new Float32Array(count)];
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let latent = 0; latent < width; latent++) {
      const value = data[row * width + latent]!;
      if (value === 0) continue;
      latents[at] = latent;
      values[at++] = value;
    }
    starts[row + 1] = at;
  }
  return { starts, latents, values };
}
