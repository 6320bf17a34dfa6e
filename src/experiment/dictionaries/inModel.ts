/** @file What the base model makes of a dictionary's reconstructions, at the place that it was fitted to. */
import {
  addSplices,
  type Context,
  Dictionary,
  DictionarySums,
  maskOf,
  trainedKindOf,
  unscaled,
} from '../../dictionary/index.ts';
import { checkHook, type LanguageModel, type NamedTensor } from '../../model/index.ts';
import type { Bench } from '../experiment.ts';
import type { Activations } from './activations.ts';
import { contextsFrom, FIRST_TEXT, modelOf } from './harvest.ts';

/** Texts that nothing was fitted to or chosen on. */
const TEXTS = FIRST_TEXT + 2_000_000;

/** Where reconstructions are put, and over how many contexts of 128 tokens. */
export interface InModelOptions {
  readonly hook: string;
  readonly contexts: number;
}

/**
 * Sums of what the base model predicts with reconstructions, 0 and the mean in the place of its activations; at special
 * tokens nothing is replaced. The dictionary is one of activations as `data` scales them.
 */
export async function inModel(
  dictionary: Dictionary,
  data: Pick<Activations, 'mean' | 'scale'>,
  { shelf }: Bench,
  { hook, contexts }: InModelOptions,
): Promise<DictionarySums> {
  const model = await modelOf(shelf, 'base');
  const own = asRead(dictionary, data);
  const sums = new DictionarySums(own.config);
  await addSplices(sums, {
    model,
    dictionary: own,
    hook: checkHook(hook, model.config),
    contexts: contextsOf(model, contexts),
    mask: maskOf(model, 'special', []),
    mean: data.mean,
  });
  await own.release();
  return sums;
}

function contextsOf(model: LanguageModel, count: number): Context[] {
  const source = contextsFrom(model, TEXTS);
  return Array.from({ length: count }, () => source.next().value);
}

/** The same dictionary for x, where the given one is of scale (x - mean). */
export function asRead(
  { config, tensors, runtime }: Dictionary,
  { mean, scale }: Pick<Activations, 'mean' | 'scale'>,
): Dictionary {
  const plain = unscaled(config, tensors, { input: scale, target: scale });
  const moved = new Map(plain.tensors);
  const b_dec = moved.get('b_dec')!;
  moved.set('b_dec', { ...b_dec, data: b_dec.data.map((value, i) => value + mean[i]!) });
  if (!config.apply_b_dec_to_input) {
    const { inInputUnits } = trainedKindOf(config.architecture).training;
    for (const name of inInputUnits) moved.set(name, shifted(name, moved, mean));
  }
  return new Dictionary(plain.config, moved, runtime);
}

/** A bias of the encoder less what the mean adds to its products; a gate's magnitudes have products times exp(r_mag). */
function shifted(
  name: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  mean: Float64Array,
): NamedTensor {
  const bias = tensors.get(name)!;
  const encoder = tensors.get('W_enc')!.data;
  const gain = name === 'b_mag' ? tensors.get('r_mag')!.data.map(Math.exp) : undefined;
  const latents = bias.data.length;
  const data = bias.data.map((value, latent) => {
    const product = mean.reduce((sum, one, i) => sum + one * encoder[i * latents + latent]!, 0);
    return value - (gain?.[latent] ?? 1) * product;
  });
  return { shape: bias.shape, data };
}
