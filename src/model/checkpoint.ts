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

/** Writes the state after `state.step` steps, whole or not at all. */
export async function saveCheckpoint({ path, recipe }: Checkpointing, trained: Arrays, state: AdamWState): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [kind, arrays] of [['weight', trained], ['first', state.first], ['second', state.second]] as const) {
    for (const [name, data] of arrays) tensors.set(`${kind}/${name}`, { shape: [data.length], data });
  }
  await writeAtomic(path, encodeSafetensors(tensors, { step: String(state.step), recipe }));
}

/** Restores a checkpoint into the arrays. Returns the number of steps done; 0 where there is none. */
export async function loadCheckpoint({ path, recipe }: Checkpointing, trained: Arrays, state: AdamWState): Promise<number> {
  if (!(await hasFile(path))) return 0;
  const { metadata } = await withFile(path, readSafetensors);
  if (metadata.recipe !== recipe) {
    badInput(`${path} is a checkpoint of another recipe (${metadata.recipe})`, 'remove it to start anew');
  }
  const tensors = await withFile(path, loadAll);
  for (const [kind, arrays] of [['weight', trained], ['first', state.first], ['second', state.second]] as const) {
    for (const [name, data] of arrays) data.set(tensors.get(`${kind}/${name}`)!.data);
  }
  state.step = Number(metadata.step);
  return state.step;
}
