/**
 * @file Unsupervised steering by adapters instead of vectors: a low-rank change of one layer's down-projection
 * that moves a later activation as far as can be (the adapter variant of Mack and Turner 2024).
 */
import {
  badUsage,
  randomPoint,
  randomStream,
  SphereAscent,
  type Tensor,
} from '../../tensor/index.ts';
import { partsOf } from '../families/index.ts';
import type { HookName } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import { Lora } from '../lora.ts';
import { Departure, type DepartureOptions, type Perturbation } from './departure.ts';
import type { MelboOptions } from './melbo.ts';
import { checkSearch, type SteeringVector } from './options.ts';

export interface AdapterMelboOptions extends Omit<MelboOptions, 'at' | 'known' | 'onFound'> {
  /** The layer whose MLP is adapted. Default: after a quarter of the layers. */
  readonly layer?: number;
  /** Rank of B A. Default 1. */
  readonly rank?: number;
  /** Those found before, in their order: a search that was broken off goes on after them. */
  readonly known?: readonly SteeringAdapter[];
  /** Called with each adapter that is found. */
  readonly onFound?: (adapter: SteeringAdapter, index: number) => Promise<void> | void;
}

/** An adapter that was found. */
export interface SteeringAdapter extends Omit<SteeringVector, 'vector'> {
  /** For `LanguageModel.withMerged`, or to be saved; its scale is 1. */
  readonly lora: Lora;
}

/**
 * Finds adapters one after another. A [rank, d_mlp] and B [d, rank] each keep the norm sqrt(radius), so that
 * |B A| is at most the radius; where they are to be orthogonal, A is to every earlier A, and B to every B.
 */
export async function adapterMelbo(
  model: LanguageModel,
  prompts: Tokens,
  options: AdapterMelboOptions,
): Promise<SteeringAdapter[]> {
  const place = placeOf(model, options);
  const departure = await Departure.of(model, prompts, {
    ...(options as DepartureOptions),
    at: place.out,
  });
  const count = checkSearch(options, departure.width);
  const found = [...(options.known ?? [])];
  while (found.length < count) {
    const { a, b, ...own } = await ascend(departure, place, options, found.map(factorsOf));
    const adapter = { ...own, lora: loraOf(model, place, { a, b }) };
    found.push(adapter);
    await options.onFound?.(adapter, found.length - 1);
  }
  return found;
}

/** An adapter of this search has one pair. */
function factorsOf({ lora }: SteeringAdapter): Factors {
  const [pair] = lora.pairs.values();
  return pair!;
}

/** An adapter of a given place from its two factors, as it was found: A [rank, d_mlp], B [d, rank]. */
export function steeringLora(
  model: LanguageModel,
  factors: { readonly a: Float32Array; readonly b: Float32Array },
  options: Pick<AdapterMelboOptions, 'layer' | 'rank'> = {},
): Lora {
  return loraOf(model, placeOf(model, options), factors);
}

interface Factors {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

interface Place {
  readonly layer: number;
  readonly rank: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly inner: HookName;
  readonly out: HookName;
}

function placeOf(
  { config }: LanguageModel,
  options: Pick<AdapterMelboOptions, 'layer' | 'rank'>,
): Place {
  const layers = config.num_hidden_layers;
  const { layer = Math.floor(layers / 4), rank = 1 } = options;
  if (!(Number.isSafeInteger(layer) && layer >= 0 && layer < layers)) {
    badUsage(`layer ${layer}`, `layers are 0 to ${layers - 1}`);
  }
  if (!(Number.isSafeInteger(rank) && rank >= 1)) {
    badUsage(`rank ${rank}`, 'a rank is a whole number from 1');
  }
  return {
    layer,
    rank,
    inputs: config.intermediate_size,
    outputs: config.hidden_size,
    inner: `blocks.${layer}.mlp.hook_post`,
    out: `blocks.${layer}.hook_mlp_out`,
  };
}

/** Adds (h A') B' to the MLP's output, h being its neurons. */
function adapterPerturbation({ inner, out, rank, inputs, outputs }: Place): Perturbation {
  return {
    key: `adapter of rank ${rank} at ${out}`,
    shapes: { a: [rank, inputs], b: [outputs, rank] },
    changes: (array, where) => {
      let neurons: Tensor | undefined;
      const written = () =>
        neurons!.matmul(array('a'), { transposeB: true }).matmul(array('b'), { transposeB: true });
      return new Map([
        [
          inner,
          (h: Tensor) => {
            neurons = h;
            return h;
          },
        ],
        [out, (x: Tensor) => x.add(where.mul(written()))],
      ]);
    },
  };
}

async function ascend(
  departure: Departure,
  place: Place,
  options: AdapterMelboOptions,
  found: readonly Factors[],
) {
  const { steps = 300 } = options;
  const perturbation = adapterPerturbation(place);
  const a = ascentOf('a', place.rank * place.inputs, options, found);
  const b = ascentOf('b', place.rank * place.outputs, options, found);
  const arrays = new Map([
    ['a', a.point],
    ['b', b.point],
  ]);
  for (let step = 0; step < steps; step++) {
    const { gradients } = await departure.measure(perturbation, arrays);
    a.step(gradients.get('a')!);
    b.step(gradients.get('b')!);
    await options.safePoint?.();
  }
  const { value: objective } = await departure.measure(perturbation, arrays);
  const tokens = (steps + 1) * departure.tokens;
  const cost = { forwardTokens: tokens, backwardTokens: tokens };
  return { at: departure.at, objective, ...cost, a: a.point, b: b.point };
}

function ascentOf(
  name: keyof Factors,
  width: number,
  { radius, seed = 0, learningRate = 1e-3, orthogonal = true }: AdapterMelboOptions,
  found: readonly Factors[],
): SphereAscent {
  const side = Math.sqrt(radius);
  const stream = randomStream(seed, 'steering').at(`adapter ${name}`, found.length);
  const apart = orthogonal ? found.map((one) => one[name]) : [];
  return new SphereAscent(randomPoint(width, side, stream), { radius: side, learningRate, apart });
}

function loraOf({ config, weights }: LanguageModel, place: Place, { a, b }: Factors): Lora {
  const { down } = partsOf(config).blocks[place.layer]!;
  const { rank, inputs, outputs } = place;
  const pairs = new Map([[down.modules[0]!.name, { a, b, inputs, outputs }]]);
  return new Lora({ rank, alpha: rank, fanInFanOut: weights.transposed.size > 0 }, pairs);
}
