/** @file The weights of a GGUF file under Hugging Face's names, read straight into their place. */
import { badInput } from '../../tensor/errors.ts';
import type { ModelConfig } from '../config.ts';
import { show } from '../json.ts';
import { moduleOf, type TensorSource, Weights, weightLayout } from '../weights.ts';
import { ARCHITECTURES, type GgufArchitecture } from './architectures.ts';
import type { GgufFile } from './file.ts';
import type { GgufTensorInfo } from './header.ts';
import { loadGgufTensor, type Placement, transposed } from './tensors.ts';

/**
 * Reads the weights.
 *
 * @throws TouchstoneError naming the tensor that is missing, not known, or of another shape than the metadata promise
 */
export async function ggufWeights(file: GgufFile, config: ModelConfig): Promise<Weights> {
  return Weights.from(config, ggufTensors(file, config));
}

/** What the weights are read from. @throws TouchstoneError as {@link ggufWeights} does */
export function ggufTensors(file: GgufFile, config: ModelConfig): TensorSource {
  const stored = storedTensors(file, config);
  return {
    name: file.source.name,
    shapes: new Map([...stored].map(([name, { shape }]) => [name, shape])),
    types: new Map([...stored].map(([name, { info }]) => [name, info.type.name])),
    read: (name, into) => {
      const { info, place } = stored.get(name)!;
      return loadGgufTensor(file.source, info, into, place);
    },
  };
}

interface Stored {
  readonly info: GgufTensorInfo;
  /** Where its rows belong, if not one behind another. */
  readonly place: Placement | undefined;
  /** As Hugging Face has it. */
  readonly shape: readonly number[];
}

/** The config has what these say. */
const NOT_WEIGHTS = /^(rope_freqs|blk\.\d+\.attn_rot_embd)\.weight$/;

/** What the model needs, by Hugging Face's names; the file has nothing else. */
function storedTensors(file: GgufFile, config: ModelConfig): Map<string, Stored> {
  const architecture = ARCHITECTURES.get(file.architecture)!;
  const unused = new Set([...file.tensors.keys()].filter((name) => !NOT_WEIGHTS.test(name)));
  const out = new Map<string, Stored>();
  for (const { shape: whole, parts } of weightLayout(config)) {
    for (const { name, rows } of parts) {
      const { stem, from } = ggufName(name, architecture);
      unused.delete(from);
      const shape = [rows, ...whole.slice(1)];
      const turned = shape.length === 2 && architecture.transposed?.has(stem) === true;
      const info = checked(file, from, turned ? shape.toReversed() : shape);
      const place = turned ? transposed(info.shape[0]!) : architecture.place?.(stem, config);
      out.set(name, { info, place, shape });
    }
  }
  for (const name of unused)
    badInput(`${file.source.name}: tensor ${show(name)} has no place in a ${config.model_type}`);
  return out;
}

function checked({ source, tensors }: GgufFile, name: string, shape: readonly number[]) {
  const info = tensors.get(name);
  if (info === undefined) return badInput(`${source.name}: tensor ${show(name)} is missing`);
  if (info.shape.join() === shape.join()) return info;
  const [found, expected] = [info.shape, shape].map((each) => `[${each.join(', ')}]`);
  return badInput(
    `${source.name}: tensor ${show(name)} has shape ${found}, expected ${expected} by the metadata`,
  );
}

/** GGUF's name of a Hugging Face tensor, and the part of it that is the same in all blocks. */
function ggufName(
  name: string,
  { outer, block, layers }: GgufArchitecture,
): { stem: string; from: string } {
  const module = moduleOf(name);
  const kind = name.slice(module.length);
  const [, layer, inner] = module.startsWith(`${layers}.`)
    ? /^\.(\d+)\.(.*)$/.exec(module.slice(layers.length))!
    : [];
  const names = layer === undefined ? outer : block;
  const stem = Object.keys(names).find((key) => names[key] === (inner ?? module));
  // A model that can have weights for which GGUF has no name has none in any file.
  if (stem === undefined) return { stem: '', from: name };
  return { stem, from: layer === undefined ? `${stem}${kind}` : `blk.${layer}.${stem}${kind}` };
}
