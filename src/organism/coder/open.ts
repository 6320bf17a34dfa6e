/** @file A coder opened from a shelf. */
import { join } from 'node:path';
import { hasFile, type LanguageModel, openModel } from '../../model/index.ts';
import { badInput, type Runtime } from '../../tensor/index.ts';
import { coderPath } from './recipe.ts';

/** Whether a shelf has the coder of a seed. */
export function hasCoder(shelf: string, seed: number): Promise<boolean> {
  return hasFile(join(coderPath(shelf, seed), 'config.json'));
}

/** The coder of a seed. @throws TouchstoneError where the shelf has none */
export async function openCoder(
  shelf: string,
  seed: number,
  runtime?: Runtime,
): Promise<LanguageModel> {
  if (!(await hasCoder(shelf, seed))) {
    badInput(
      `organism:coder@${seed} is not on the shelf ${shelf}`,
      'train it: touchstone organism train coder',
    );
  }
  return openModel(coderPath(shelf, seed), runtime);
}
