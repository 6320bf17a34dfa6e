/** @file Dictionaries as edits of a model take them. */
import type { DictionaryWeights } from '../model/index.ts';
import { badUsage } from '../tensor/index.ts';
import type { Dictionary } from './dictionary.ts';
import { inputScalingOf, transcodes } from './graphs.ts';
import type { DictionaryConfig } from './kind.ts';
import { codesOfProducts } from './kinds/nmf.ts';

type Activation = DictionaryWeights['activation'];
type Read = (name: string) => Float32Array;

/** Activation functions by kind, from a config and the tensors. */
const ACTIVATIONS: Readonly<Record<string, (config: DictionaryConfig, read: Read) => Activation>> =
  {
    standard: () => 'relu',
    transcoder: () => 'relu',
    skip_transcoder: () => 'relu',
    gated: gatedActivation,
    topk: topPlaces,
    topk_transcoder: topPlaces,
    topk_skip_transcoder: topPlaces,
    abstopk: largestPlaces,
    batchtopk: thresholds,
    matryoshka_batchtopk: thresholds,
    jumprelu: thresholds,
    jumprelu_transcoder: thresholds,
    jumprelu_skip_transcoder: thresholds,
    kmeans: () => 'nearest',
    pca_kmeans: () => 'nearest',
    spherical_kmeans: () => ({ topk: 1 }),
    pca: largestPlaces,
    nmf: (config) => ({ all: (pre, directions) => codesOfProducts(pre, directions, config) }),
    ica: largestPlaces,
  };

function thresholds(_: DictionaryConfig, read: Read): Activation {
  return { jumprelu: read('threshold') };
}

function topPlaces({ k }: DictionaryConfig): Activation {
  return { topk: Number(k) };
}

function largestPlaces({ k, d_sae }: DictionaryConfig): Activation {
  return k === undefined || k === d_sae ? 'linear' : { largest: Number(k) };
}

/** 1[p + b_gate > 0] ReLU(exp(r_mag) p + b_mag), written in p + b_gate. */
function gatedActivation({ gate, gate_temperature }: DictionaryConfig, read: Read): Activation {
  const kind = gate ?? 'heaviside';
  if (!['heaviside', 'straight_through', 'soft'].includes(String(kind))) {
    badUsage(
      `a gated dictionary in training, with gate '${kind}'`,
      'save and open it: it is then a plain one',
    );
  }
  const [r_mag, b_mag, b_gate] = [read('r_mag'), read('b_mag'), read('b_gate')];
  const gain = r_mag.map(Math.exp);
  const offset = b_mag.map((bias, i) => bias - gain[i]! * b_gate[i]!);
  const temperature = kind === 'soft' ? Number(gate_temperature) : undefined;
  return { gated: { gain, offset, temperature } };
}

const known = new WeakMap<Dictionary, DictionaryWeights>();

/**
 * A dictionary for the `dictionaries` of `run`, `sample` and `train`, and for edits that name it. The same dictionary
 * gives the same object, so that programs are shared; its tensors are taken to be constant. Decoder rows keep their
 * norms: a latent's value and its row belong together, and `"unit": true` gives a row length 1.
 *
 * @throws TouchstoneError for kinds whose latents edits cannot form
 */
export function dictionaryWeights(dictionary: Dictionary): DictionaryWeights {
  const weights = known.get(dictionary) ?? weightsOf(dictionary);
  known.set(dictionary, weights);
  return weights;
}

function weightsOf({ config, tensors }: Dictionary): DictionaryWeights {
  const { architecture, apply_b_dec_to_input = false } = config;
  const activation = ACTIVATIONS[architecture];
  if (!activation) {
    const kinds = Object.keys(ACTIVATIONS).join(', ');
    badUsage(`a ${architecture} dictionary in an edit`, `edits take ${kinds}`);
  }
  const read = (name: string) => tensors.get(name)!.data;
  return {
    W_enc: read('W_enc'),
    b_enc: read(architecture === 'gated' ? 'b_gate' : 'b_enc'),
    W_dec: read('W_dec'),
    b_dec: read('b_dec'),
    activation: activation(config, read),
    applyDecoderBiasToInput: apply_b_dec_to_input,
    inputScaling: inputScalingOf(config),
    transcodes: transcodes(config),
  };
}
