/** @file What clients call the models that are served: no path, and nothing that tells what is planted in one. */
import { basename } from 'node:path';
import { hasFile, isGguf } from '../../../model/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import { isReference } from '../models.ts';

/** A model and what clients call it. */
export interface NamedModel {
  readonly name: string;
  /** As the command line names it. */
  readonly model: string;
}

/** Names of models, as given or by default. @throws TouchstoneError where two have the same */
export async function namedModels(given: readonly string[]): Promise<NamedModel[]> {
  const split = given.map(splitName);
  const secret = split.filter(({ name, model }) => name === undefined && isReference(model));
  const named = await Promise.all(
    split.map(async ({ name, model }, i) => {
      const own =
        name ?? (await defaultName(model, secret.length > 1 ? `suspect-${i + 1}` : 'suspect'));
      return { name: own, model };
    }),
  );
  const names = named.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) badUsage(`two models are called ${twice}`, 'name them: NAME=MODEL');
  return named;
}

/** NAME=MODEL, or a model alone, whose path may have a '=' itself. */
function splitName(text: string): { name: string | undefined; model: string } {
  const found = /^([\w.:-]+)=(.+)$/.exec(text);
  return found ? { name: found[1]!, model: found[2]! } : { name: undefined, model: text };
}

/** An organism's own name tells what is planted; a path tells where it lies. */
async function defaultName(model: string, neutral: string): Promise<string> {
  if (isReference(model)) return neutral;
  if (isGguf(model)) return basename(model, '.gguf');
  return (await hasFile(`${model}/config.json`)) ? basename(model) : model;
}
