/** @file The layers that blocks are made of: products with adapters, norms with their hooks, activations. */
import { concat, constant, type Tensor } from '../tensor/index.ts';
import type { ActivationName, ModelConfig } from './config.ts';
import type { HookName } from './hooks.ts';
import type { Linear, Norm } from './parts.ts';
import type { ForwardInputs } from './transformer.ts';

/** Reads and edits activations while the graph is built. */
export interface Hooks {
  /** Passes a value through a hook point. */
  at(name: HookName, value: Tensor): Tensor;
  /** Whether a hook point is read or edited, where passing by it is not free. */
  wants(name: HookName): boolean;
}

/** Where weights come from. */
export interface Parameters {
  /** A weight by graph name. */
  weight(name: string): Tensor;
  /** What an adapter adds to module `name`'s output for input x; undefined without one. */
  adapted?(name: string, x: Tensor): Tensor | undefined;
}

/** What is needed wherever a layer is built. */
export interface Context {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly hooks: Hooks;
  readonly inputs: ForwardInputs;
  readonly layer: number;
}

/** x times the matrix of one or several modules, with their biases and adapters. */
export function linear({ parameters }: Context, part: Linear, x: Tensor): Tensor {
  const weight = parameters.weight(`${part.name}.weight`);
  const product = x.matmul(weight, { transposeB: !part.transposed });
  const y = part.bias ? product.add(parameters.weight(`${part.name}.bias`)) : product;
  const deltas = part.modules.map(({ name }) => parameters.adapted?.(name, x));
  if (deltas.every((delta) => delta === undefined)) return y;
  const zero = (size: number) => constant(0).broadcastTo(...y.shape.slice(0, -1), size);
  return y.add(
    concat(
      deltas.map((delta, i) => delta ?? zero(part.modules[i]!.outputs)),
      -1,
    ),
  );
}

/** Where a norm's hooks are. */
type NormPlace = HookName extends infer Name
  ? Name extends `${infer Place}.hook_scale`
    ? Place
    : never
  : never;

/** The weight that a norm multiplies with: Gemma stores what is added to 1. */
export function normWeight(
  { config, parameters }: Pick<Context, 'config' | 'parameters'>,
  { name, size, bare }: Norm,
): Tensor {
  const { normOffset } = config.architecture;
  if (bare) return constant(new Array(size).fill(1));
  const weight = parameters.weight(`${name}.weight`);
  return normOffset === 0 ? weight : weight.add(normOffset);
}

/** RMSNorm without hooks (Zhang and Sennrich 2019). */
export function rmsOf(context: Context, part: Norm, x: Tensor): Tensor {
  return x.rmsNorm(normWeight(context, part), context.config.architecture.normEpsilon);
}

function normBias({ parameters }: Context, { name, size, bare }: Norm): Tensor {
  return bare ? constant(new Array(size).fill(0)) : parameters.weight(`${name}.bias`);
}

/** The family's norm, fused where its hooks are not asked for. */
export function norm(context: Context, part: Norm, place: NormPlace, x: Tensor): Tensor {
  const { config, hooks } = context;
  const { norm: kind, normEpsilon } = config.architecture;
  const names = [`${place}.hook_scale`, `${place}.hook_normalized`] as [HookName, HookName];
  if (hooks.wants(names[0]) || (kind === 'layer' && hooks.wants(names[1])))
    return openNorm(context, part, names, x);
  if (kind === 'rms' && hooks.wants(names[1])) {
    const ones = constant(new Array(part.size).fill(1));
    return hooks.at(names[1], x.rmsNorm(ones, normEpsilon)).mul(normWeight(context, part));
  }
  if (kind === 'rms') return rmsOf(context, part, x);
  return x.layerNorm(normWeight(context, part), normBias(context, part), normEpsilon);
}

/**
 * The norm by parts. As in TransformerLens, `hook_scale` is the root of mean square (or variance) plus
 * epsilon; `hook_normalized` sees RMSNorm's value before the weight, LayerNorm's after weight and bias.
 */
function openNorm(
  context: Context,
  part: Norm,
  [scaleHook, valueHook]: [HookName, HookName],
  x: Tensor,
): Tensor {
  const { config, hooks } = context;
  const { norm: kind, normEpsilon } = config.architecture;
  const centred = kind === 'layer' ? x.sub(x.mean(-1, true)) : x;
  const scale = hooks.at(scaleHook, centred.square().mean(-1, true).add(normEpsilon).sqrt());
  const value = centred.div(scale);
  if (kind === 'rms') return hooks.at(valueHook, value).mul(normWeight(context, part));
  return hooks.at(valueHook, value.mul(normWeight(context, part)).add(normBias(context, part)));
}

/** The activation of the feed-forward layer. */
export function activate(x: Tensor, name: ActivationName): Tensor {
  switch (name) {
    case 'silu':
      return x.silu();
    case 'relu':
      return x.relu();
    case 'gelu':
      return x.gelu({ approximate: 'none' });
    case 'gelu_tanh':
      return x.gelu();
  }
}
