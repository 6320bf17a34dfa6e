/**
 * @file What a latent does: the change of the model's predictions where it is active and is taken away, beside
 * that of taking away another latent of the same strength.
 */
import { type ShiftEffects, shiftEffects, type TokenEffect } from '../../model/index.ts';
import { clusteredMean, type Interval } from '../../statistics/index.ts';
import type { RandomStream } from '../../tensor/index.ts';
import { type ActiveRows, activeRows, paddedRows, type Reading } from './active.ts';
import type { Firing } from './collection.ts';
import { outputWidth } from './neighbours.ts';

/** Places at which predictions are compared, at most. */
const MOST_PLACES = 64;
/** Resamples of each interval. */
const RESAMPLES = 1000;

/** A mean with its interval over documents. */
export interface MeanOf {
  readonly mean: number;
  readonly interval: Interval;
  readonly n: number;
}

/** What taking a latent away changes at the tokens where it is active. */
export interface Ablation {
  readonly places: number;
  readonly documents: number;
  /** Rise of the next token's loss, in nats; null where no next token was seen. */
  readonly loss: MeanOf | null;
  /** KL(plain || ablated), in nats. */
  readonly divergence: MeanOf;
  /** The same of another latent that is active at the same token, of the nearest strength |f| |W_dec|. */
  readonly other: { readonly loss: MeanOf | null; readonly divergence: MeanOf };
  /** The latent's divergence less the other's, place by place. */
  readonly difference: MeanOf;
  /** Places at which no other latent was active: there the other is a random latent's direction, scaled. */
  readonly replaced: number;
  /** Tokens that lose most probability when the latent is taken away, in the mean over the places, and that gain. */
  readonly lowered: readonly TokenEffect[];
  readonly raised: readonly TokenEffect[];
}

export interface AblationOptions extends Reading {
  /** The hook point that the dictionary decodes. */
  readonly target: string;
  /** Length of each decoder row. */
  readonly norms: Float64Array;
  /** Draws the directions that stand in where no other latent is active. */
  readonly stream: RandomStream;
}

/** A place at which a latent is taken away, and what stands against it. */
interface Cut {
  readonly place: number;
  /** What both values are multiplied with before they are decoded. */
  readonly scale: number;
  readonly value: number;
  readonly other: Part;
  readonly replaced: boolean;
}

/**
 * Ablates a latent in the contexts of some places by the exact identity x + (0 - f) W_dec, the dictionary's error
 * kept, at every token where it is active, and compares the predictions there.
 *
 * @param firings places in whose contexts the latent is active; one or more
 */
export async function ablationOf(
  options: AblationOptions,
  latent: number,
  firings: readonly Firing[],
): Promise<Ablation> {
  const { corpus } = options;
  const contexts = [...new Set(firings.map(({ place }) => corpus.contextOf[place]!))].sort(
    (a, b) => a - b,
  );
  const cuts: Cut[] = [];
  for await (const active of activeRows(options, contexts)) {
    cuts.push(...cutsOf(options, latent, active));
  }
  return measured(options, { latent, cuts, contexts });
}

/** Every so many places, so that no context has them all. */
function spread(cuts: readonly Cut[]): Cut[] {
  const step = Math.max(1, cuts.length / MOST_PLACES);
  const count = Math.min(cuts.length, MOST_PLACES);
  return Array.from({ length: count }, (_, i) => cuts[Math.floor(i * step)]!);
}

function startOf({ corpus }: Reading, place: number): number {
  return corpus.starts[corpus.contextOf[place]!]!;
}

function cutsOf(options: AblationOptions, latent: number, active: ActiveRows): Cut[] {
  const { places, starts, latents, values } = active;
  const cuts: Cut[] = [];
  for (let row = 0; row < places.length; row++) {
    const [from, to] = [starts[row]!, starts[row + 1]!];
    const own = latents.subarray(from, to).indexOf(latent);
    if (own < 0) continue;
    const value = values[from + own]!;
    const strength = Math.abs(value) * options.norms[latent]!;
    const other = nearestActive(options, active, row, latent, strength);
    cuts.push({
      place: places[row]!,
      scale: active.scales[row]!,
      value,
      other: other ?? scaledOther(options, latent, strength, places[row]!),
      replaced: other === undefined,
    });
  }
  return cuts;
}

function nearestActive(
  options: AblationOptions,
  { starts, latents, values }: ActiveRows,
  row: number,
  latent: number,
  strength: number,
) {
  let best: Part | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = starts[row]!; i < starts[row + 1]!; i++) {
    const [other, value] = [latents[i]!, values[i]!];
    if (other === latent) continue;
    const own = Math.abs(Math.abs(value) * options.norms[other]! - strength);
    if (own < distance) [best, distance] = [{ latent: other, value }, own];
  }
  return best;
}

/** A random other latent's direction, scaled to a strength. */
function scaledOther(options: AblationOptions, latent: number, strength: number, place: number) {
  const { size } = options.dictionary;
  const drawn = options.stream.at(latent).integer(place, Math.max(1, size - 1));
  const other = size === 1 ? 0 : drawn >= latent ? drawn + 1 : drawn;
  const norm = options.norms[other]!;
  return { latent: other, value: norm > 0 ? strength / norm : 0 };
}

interface Cuts {
  readonly latent: number;
  readonly cuts: readonly Cut[];
  readonly contexts: readonly number[];
}

async function measured(options: AblationOptions, all: Cuts): Promise<Ablation> {
  const { corpus } = options;
  const used = spread(all.cuts);
  const next = used.map(({ place }) => nextOf(options, place));
  const effects = await effectsOf(options, all, used, next);
  const [mine, others] = [effects.shifted[0]!, effects.shifted[1]!];
  const clusters = used.map(({ place }) => String(corpus.documents[place]));
  const mean = (values: Float32Array | number[]) => meanOf(Array.from(values), clusters);
  const rise = (loss: Float32Array) => lossRise(loss, effects.loss, next, clusters);
  return {
    places: used.length,
    documents: new Set(clusters).size,
    loss: rise(mine.loss),
    divergence: mean(mine.divergence),
    other: { loss: rise(others.loss), divergence: mean(others.divergence) },
    difference: mean(Array.from(mine.divergence, (value, i) => value - others.divergence[i]!)),
    replaced: used.filter(({ replaced }) => replaced).length,
    lowered: mine.lowered,
    raised: mine.raised,
  };
}

/** Runs the contexts plain, without the latent, and without the others. */
function effectsOf(
  options: AblationOptions,
  { latent, cuts, contexts }: Cuts,
  used: readonly Cut[],
  next: readonly (number | undefined)[],
): Promise<ShiftEffects> {
  const { corpus, model, target } = options;
  const rows = paddedRows(corpus, contexts);
  const length = rows[0]!.length;
  const at = ({ place }: Cut) =>
    contexts.indexOf(corpus.contextOf[place]!) * length + place - startOf(options, place);
  const index = cuts.map(at);
  const shift = (parts: readonly Part[]) =>
    shiftOf(options, contexts.length * length, parts, index);
  return shiftEffects(model, rows, {
    at: target,
    shifts: [
      shift(cuts.map(({ value }) => ({ latent, value }))),
      shift(cuts.map((cut) => cut.other)),
    ],
    places: used.map(at),
    targets: next.map((token) => token ?? 0),
  });
}

interface Part {
  readonly latent: number;
  readonly value: number;
}

/** -f W_dec at each place. */
function shiftOf(
  { dictionary }: AblationOptions,
  positions: number,
  parts: readonly Part[],
  index: readonly number[],
): Float32Array {
  const width = outputWidth(dictionary);
  const { data } = dictionary.tensors.get('W_dec')!;
  const out = new Float32Array(positions * width);
  parts.forEach(({ latent, value }, i) => {
    for (let j = 0; j < width; j++) out[index[i]! * width + j] = -value * data[latent * width + j]!;
  });
  return out;
}

/** The token after a place, where its context has one. */
function nextOf({ corpus }: Reading, place: number): number | undefined {
  const end = corpus.starts[corpus.contextOf[place]! + 1]!;
  return place + 1 < end ? corpus.tokens[place + 1] : undefined;
}

function lossRise(
  after: Float32Array,
  before: Float32Array,
  next: readonly (number | undefined)[],
  clusters: readonly string[],
): MeanOf | null {
  const seen = [...next.keys()].filter((i) => next[i] !== undefined);
  if (seen.length === 0) return null;
  return meanOf(
    seen.map((i) => after[i]! - before[i]!),
    seen.map((i) => clusters[i]!),
  );
}

function meanOf(values: readonly number[], clusters: readonly string[]): MeanOf {
  const measurements = values.map((value, i) => ({ cluster: clusters[i]!, value }));
  const { estimate, interval } = clusteredMean(measurements, { resamples: RESAMPLES });
  return { mean: estimate, interval, n: values.length };
}
