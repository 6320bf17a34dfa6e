/**
 * @file Checkpoints of a run: weights, moments and idle counts of all its dictionaries in one safetensors file.
 * The step says the rest: batches are numbered, and random streams are addressed by the step.
 */
import {
  encodeSafetensors,
  hasFile,
  loadAll,
  type NamedTensor,
  readSafetensors,
  withFile,
  writeAtomic,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Trainee } from './trainee.ts';

/** All arrays of a run under their names in the file. */
function* arraysOf(trainees: readonly Trainee[]): Generator<[string, Float32Array]> {
  for (const { name, engine, idle } of trainees) {
    const { first, second } = engine.optimizer.state;
    for (const [kind, arrays] of Object.entries({ weight: engine.parameters, first, second })) {
      for (const [array, data] of arrays) yield [`${name}/${kind}/${array}`, data];
    }
    yield [`${name}/idle`, idle];
  }
}

/** Writes the state after `step` steps, whole or not at all. */
export async function saveTraining(
  path: string,
  recipe: string,
  step: number,
  trainees: readonly Trainee[],
): Promise<void> {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, data] of arraysOf(trainees)) tensors.set(name, { shape: [data.length], data });
  const remembered = JSON.stringify(trainees.map(({ scales, l0 }) => ({ scales, l0 })));
  await writeAtomic(path, encodeSafetensors(tensors, { step: String(step), recipe, remembered }));
}

/**
 * Takes up a checkpoint. Returns the steps done; 0 where there is no file.
 *
 * @throws TouchstoneError where it is of another run; then nothing is changed
 */
export async function loadTraining(
  path: string,
  recipe: string,
  steps: number,
  trainees: readonly Trainee[],
): Promise<number> {
  if (!(await hasFile(path))) return 0;
  const { metadata } = await withFile(path, readSafetensors);
  checkMetadata(path, metadata, recipe, steps);
  const tensors = await withFile(path, loadAll);
  for (const [name, data] of arraysOf(trainees)) {
    const found = tensors.get(name)?.data.length ?? 0;
    if (found === data.length) continue;
    refuse(`${path} has ${found} numbers of '${name}', expected ${data.length}`);
  }
  for (const [name, data] of arraysOf(trainees)) data.set(tensors.get(name)!.data);
  const remembered = JSON.parse(metadata.remembered!) as Pick<Trainee, 'scales' | 'l0'>[];
  const step = Number(metadata.step);
  trainees.forEach((trainee, i) => {
    Object.assign(trainee, remembered[i]!);
    trainee.engine.optimizer.state.step = step;
  });
  return step;
}

function checkMetadata(
  path: string,
  metadata: Readonly<Record<string, string>>,
  recipe: string,
  steps: number,
): void {
  if (metadata.recipe !== recipe) {
    refuse(`${path} is a checkpoint of another run: ${difference(metadata.recipe ?? '', recipe)}`);
  }
  const step = Number(metadata.step);
  if (!(Number.isSafeInteger(step) && step >= 1 && step <= steps) || !metadata.remembered) {
    refuse(`${path} is a checkpoint of step ${metadata.step}, the run has ${steps}`);
  }
}

/** The first place where two recipes part. */
function difference(theirs: string, ours: string): string {
  let at = 0;
  while (at < Math.min(theirs.length, ours.length) && theirs[at] === ours[at]) at++;
  const start = Math.max(0, at - 30);
  const part = (text: string) => `...${text.slice(start, at + 30)}...`;
  return `it has ${part(theirs)}, this run ${part(ours)}`;
}

function refuse(message: string): never {
  badInput(message, 'remove it to start anew, or name another folder');
}
