/** @file Checkpoints of training: trained arrays and the optimizer's moments in one safetensors file, so that a killed run goes on. */
import type { AdamWState } from '../tensor/index.ts';
import { badInput } from '../tensor/index.ts';
import { hasFile, withFile, writeAtomic } from './folder.ts';
import { encodeSafetensors, loadAll, type NamedTensor, readSafetensors } from './safetensors.ts';

/** Where training keeps its state, and how often. */
export interface Checkpointing {
  readonly path: string;
  /** Steps between checkpoints. */
  readonly every: number;
  /** What is trained on what: a checkpoint of another recipe is refused. */
  readonly recipe: string;
}

type Arrays = ReadonlyMap<string, Float32Array>;

/** All arrays of the state under the names that the file has. */
function* arraysOf(trained: Arrays, state: AdamWState): Generator<[string, Float32Array]> {
  const kinds = { weight: trained, first: state.first, second: state.second };
  for (const [kind, arrays] of Object.entries(kinds)) {
    for (const [name, data] of arrays) yield [`${kind}/${name}`, data];
  }
}

/** Writes the state after `state.step` steps, whole or not at all. */
export async function saveCheckpoint(
  { path, recipe }: Checkpointing,
  trained: Arrays,
  state: AdamWState,
): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, data] of arraysOf(trained, state))
    tensors.set(name, { shape: [data.length], data });
  await writeAtomic(path, encodeSafetensors(tensors, { step: String(state.step), recipe }));
}

/**
 * Restores a checkpoint into the arrays. Returns the number of steps done; 0 where there is none.
 *
 * @param most steps of the whole training: a checkpoint of more is refused
 * @throws TouchstoneError where it is of another recipe or model; then nothing is changed
 */
export async function loadCheckpoint(
  { path, recipe }: Checkpointing,
  trained: Arrays,
  state: AdamWState,
  most: number,
): Promise<number> {
  if (!(await hasFile(path))) return 0;
  const { metadata } = await withFile(path, readSafetensors);
  if (metadata.recipe !== recipe) {
    refuse(`${path} is a checkpoint of another recipe (${metadata.recipe})`);
  }
  const step = Number(metadata.step);
  if (!(Number.isSafeInteger(step) && step >= 1 && step <= most)) {
    refuse(`${path} is a checkpoint of step ${metadata.step}, the training has ${most}`);
  }
  const tensors = await withFile(path, loadAll);
  for (const [name, data] of arraysOf(trained, state)) {
    const found = tensors.get(name)?.data.length ?? 0;
    if (found !== data.length) {
      refuse(`${path} has ${found} numbers of '${name}', expected ${data.length}`);
    }
  }
  for (const [name, data] of arraysOf(trained, state)) data.set(tensors.get(name)!.data);
  state.step = step;
  return step;
}

function refuse(message: string): never {
  badInput(message, 'remove it to start anew');
}
