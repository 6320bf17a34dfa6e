/**
 * @file The gated autoencoder (Rajamanoharan et al. 2024, "Improving Dictionary Learning with Gated Sparse
 * Autoencoders"), and as switches the variants that its loss was disputed over.
 *
 * The paper: p = (x - b_dec) W_enc, gate = 1[p + b_gate > 0], magnitude = ReLU(p exp(r_mag) + b_mag),
 * f = gate * magnitude. Equation 8: E|x - x'|^2 + l1_coefficient E|ReLU(p + b_gate)|_1
 * + E|x - (ReLU(p + b_gate) W_dec + b_dec)|^2, where no gradient reaches W_dec and b_dec from the last term.
 */
import type { NamedTensor } from '../../model/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type {
  DictionaryConfig,
  DictionaryTensors,
  TrainedKind,
  TrainingBatch,
  TrainingLoss,
  WeightOf,
} from '../kind.ts';
import {
  autoencoderShapes,
  filled,
  initialAutoencoder,
  linearDecode,
  projected,
  squaredError,
  withTensors,
} from './autoencoder.ts';
import { choiceSetting, numberSetting } from './settings.ts';
import { inBand, withSlope } from './straightThrough.ts';

/**
 * How the gate acts. `heaviside`: the paper's step, through which no gradient flows. `soft`: a logistic
 * function of (p + b_gate) / gate_temperature. `straight_through`: the step, with the gradient of a ramp
 * of width gate_bandwidth. `rescale`: no step at all, f = exp(r_mag) ReLU(p + b_gate).
 * `rescale_and_shift`: f = gate * ReLU(exp(r_mag) (p + b_gate) + b_mag).
 */
const GATES = ['heaviside', 'soft', 'straight_through', 'rescale', 'rescale_and_shift'] as const;

/** Whether the auxiliary term is there, and whether its decoder is cut off from gradients (the paper's). */
const AUXILIARIES = ['frozen', 'unfrozen', 'none'] as const;

function gateOf(config: DictionaryConfig) {
  return choiceSetting(config, 'gate', GATES);
}

function shapes(config: DictionaryConfig) {
  gateOf(config);
  const { b_enc, ...rest } = autoencoderShapes(config);
  return { ...rest, b_gate: b_enc, b_mag: b_enc, r_mag: b_enc };
}

/** Latents, and the gate's pre-activations. */
function gatedLatents(x: Tensor, weight: WeightOf, config: DictionaryConfig) {
  const pre = projected(x, weight, config);
  const gate = pre.add(weight('b_gate'));
  return { gate, latents: latentsOf(pre, gate, weight, config) };
}

function latentsOf(pre: Tensor, gate: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  const kind = gateOf(config);
  const scale = weight('r_mag').exp();
  if (kind === 'rescale') return gate.relu().mul(scale);
  const open = gate.greater(0).cast(gate.dtype);
  if (kind === 'rescale_and_shift') return gate.mul(scale).add(weight('b_mag')).relu().mul(open);
  const magnitude = pre.mul(scale).add(weight('b_mag')).relu();
  if (kind === 'soft') return magnitude.mul(softGate(gate, config));
  if (kind === 'straight_through') return magnitude.mul(ramp(open, gate, config));
  return magnitude.mul(open);
}

function softGate(gate: Tensor, config: DictionaryConfig): Tensor {
  return gate.div(numberSetting(config, 'gate_temperature', Number.MIN_VALUE)).sigmoid();
}

/** The step, with the gradient of a ramp of height 1 about 0. */
function ramp(open: Tensor, gate: Tensor, config: DictionaryConfig): Tensor {
  const bandwidth = numberSetting(config, 'gate_bandwidth', Number.MIN_VALUE);
  return withSlope(open, gate, inBand(gate, bandwidth).mul(1 / bandwidth));
}

function loss({ x, target, weight, config, sparsity }: TrainingBatch): TrainingLoss {
  const { gate, latents } = gatedLatents(x, weight, config);
  const reconstruction = linearDecode(latents, weight);
  const mse = squaredError(target, reconstruction);
  const open = gate.relu();
  const l1 = open.sum(-1).mean();
  const penalty = l1.mul(sparsity).mul(numberSetting(config, 'l1_coefficient', 0));
  const plain = mse.add(penalty);
  const auxiliary = auxiliaryLoss(open, target, weight, config);
  if (!auxiliary) return { loss: plain, terms: { mse, l1 }, latents, reconstruction };
  return { loss: plain.add(auxiliary), terms: { mse, l1, auxiliary }, latents, reconstruction };
}

function auxiliaryLoss(
  open: Tensor,
  target: Tensor,
  weight: WeightOf,
  config: DictionaryConfig,
): Tensor | undefined {
  const auxiliary = choiceSetting(config, 'auxiliary', AUXILIARIES);
  if (auxiliary === 'none') return undefined;
  const decoder: WeightOf = auxiliary === 'frozen' ? (name) => weight(name).stopGradient() : weight;
  return squaredError(target, linearDecode(open, decoder));
}

/** The variants whose latents are those of the paper's architecture are written as it; a soft gate stays one. */
function finish(config: DictionaryConfig, tensors: DictionaryTensors) {
  const gate = gateOf(config);
  if (gate === 'soft' || gate === 'heaviside') return { config, tensors };
  const plain = { ...config, gate: 'heaviside' };
  if (gate === 'straight_through') return { config: plain, tensors };
  const b_mag = shiftedMagnitude(tensors, gate === 'rescale_and_shift');
  return { config: plain, tensors: withTensors(tensors, { b_mag }) };
}

/** exp(r_mag) b_gate (+ b_mag): with it ReLU(p exp(r_mag) + b_mag) is the rescaled gate. */
function shiftedMagnitude(tensors: DictionaryTensors, shifts: boolean): NamedTensor {
  const [b_gate, b_mag, r_mag] = ['b_gate', 'b_mag', 'r_mag'].map((name) => tensors.get(name)!);
  const shift = (i: number) => (shifts ? b_mag!.data[i]! : 0);
  const data = b_gate!.data.map((bias, i) => Math.exp(r_mag!.data[i]!) * bias + shift(i));
  return { shape: b_gate!.shape, data };
}

/** A gate decides which latents fire, a tied encoder how strongly. */
export const gated: TrainedKind = {
  name: 'gated',
  shapes,
  encode: (x, weight, config) => gatedLatents(x, weight, config).latents,
  decode: linearDecode,
  training: {
    defaults: {
      apply_b_dec_to_input: true,
      l1_coefficient: 1,
      gate: 'heaviside',
      auxiliary: 'frozen',
      gate_temperature: 0.1,
      gate_bandwidth: 0.1,
    },
    betas: [0, 0.999],
    centre: 'zero',
    initialise: (config, stream) => {
      const { b_enc, ...rest } = Object.fromEntries(initialAutoencoder(config, stream));
      const zeros = (name: string): [string, NamedTensor] => [name, filled(b_enc!.shape, 0)];
      return new Map([...Object.entries(rest), ...['b_gate', 'b_mag', 'r_mag'].map(zeros)]);
    },
    loss,
    inInputUnits: ['b_gate', 'b_mag'],
    finish,
  },
};
