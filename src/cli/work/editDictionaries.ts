/** @file The dictionaries that a command's edits name: opened, described, and held against where the edits act. */
import { z } from 'zod';
import {
  type Dictionary,
  dictionaryWeights,
  openDictionary,
  tensorsHash,
} from '../../dictionary/index.ts';
import type { Dictionaries, DictionaryWeights, Edit } from '../../model/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Context } from '../context.ts';
import type { NamedPath } from '../options.ts';

/** What a result says of a dictionary. */
export const namedDictionarySchema = z.object({
  name: z.string(),
  path: z.string(),
  architecture: z.string(),
  latents: z.number().int(),
  model: z.string().nullable(),
  hook: z.string().nullable(),
  weights: z.string().describe('SHA-256 of names, shapes and numbers of its tensors'),
});

/** Dictionaries by name. */
export interface OpenedDictionaries {
  /** As edits take them. */
  readonly weights: Dictionaries;
  readonly described: z.infer<typeof namedDictionarySchema>[];
}

/**
 * Opens dictionaries, and tells where an edit uses one at another hook point than it was made from.
 *
 * @throws TouchstoneError where two have one name, or one cannot be opened or used in edits
 */
export async function openDictionaries(
  given: readonly NamedPath[] = [],
  edits: readonly Edit[] = [],
  context?: Pick<Context, 'tell'>,
): Promise<OpenedDictionaries> {
  const names = given.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) badUsage(`--dictionary ${twice} is given twice`, 'name them apart');
  const weights: Record<string, DictionaryWeights> = {};
  const described: OpenedDictionaries['described'] = [];
  for (const { name, path } of given) {
    const dictionary = await openDictionary(path);
    weights[name] = dictionaryWeights(dictionary);
    described.push({ name, path, ...descriptionOf(dictionary) });
    for (const line of misplaced(name, dictionary, edits)) context?.tell(line);
  }
  return { weights, described };
}

function descriptionOf({ config, tensors }: Dictionary) {
  const { architecture, d_sae, model_name, hook_name } = config;
  return {
    architecture,
    latents: d_sae,
    model: model_name ?? null,
    hook: hook_name ?? null,
    weights: tensorsHash(tensors),
  };
}

/** Edits through a dictionary at another hook point: allowed, and seldom meant. */
function misplaced(name: string, { config }: Dictionary, edits: readonly Edit[]): string[] {
  const { hook_name: own, hook_name_out: out } = config;
  if (own === undefined) return [];
  const places = edits.flatMap((edit) => placesOf(edit, name));
  const elsewhere = [...new Set(places)].filter((at) => at !== own && at !== out);
  return elsewhere.map(
    (at) => `touchstone: dictionary '${name}' is of ${own}, and an edit uses it at ${at}`,
  );
}

/** Hook points where an edit uses a dictionary. */
function placesOf(edit: Edit, name: string): string[] {
  const { when, ...change } = edit;
  const here = refersTo(change, name) ? [edit.at] : [];
  return when && refersTo(when, name) ? [...here, when.read ?? edit.at] : here;
}

/** Whether a dictionary is named anywhere in a plain value. */
function refersTo(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('dictionary' in value && value.dictionary === name) return true;
  return Object.values(value).some((part) => refersTo(part, name));
}
