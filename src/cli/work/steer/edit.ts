/** @file The work of `touchstone steer edit`: prints a saved vector as an edit. */
import { type Edit, openSteering } from '../../../model/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { SteerEditOptions } from '../../commands/steer.ts';
import { type Context, DONE, printJson } from '../../context.ts';

/** Prints the edit. */
export async function steerEditCommand(
  { folder, vector: index, scale, positions }: SteerEditOptions,
  context: Context,
): Promise<number> {
  const { record, vectors } = await openSteering(folder);
  const vector = vectors[index];
  if (!vector) badUsage(`--vector ${index}: there are 0 to ${vectors.length - 1} in ${folder}`);
  const where = positions === 'last' ? [-1] : positions;
  const edit: Edit = { at: record.at, do: 'add', vector: [...vector], scale, positions: where };
  printJson(context, edit);
  return DONE;
}
