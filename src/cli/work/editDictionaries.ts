/** @file The dictionaries that a command's edits name: opened, described, and held against where the edits act. */
import { z } from 'zod';
import {
  type Dictionary,
  dictionaryWeights,
  openDictionary,
  tensorsHash,
} from '../../dictionary/index.ts';
import {
  type Dictionaries,
  type DictionaryWeights,
  type Edit,
  hasFile,
  join,
  openSteering,
  STEERING,
  steeringDictionary,
} from '../../model/index.ts';
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
  weights: z
    .string()
    .describe(
      'SHA-256 of names, shapes and numbers of its tensors; of steering vectors, of their file',
    ),
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
    const { hooks, ...opened } = await openOne(path);
    weights[name] = opened.weights;
    described.push({ name, path, ...opened.description });
    for (const line of misplaced(name, hooks, edits)) context?.tell(line);
  }
  return { weights, described };
}

interface Opened {
  readonly weights: DictionaryWeights;
  readonly description: Omit<z.infer<typeof namedDictionarySchema>, 'name' | 'path'>;
  /** Hook points that it is of. */
  readonly hooks: readonly string[];
}

/** A dictionary, or steering vectors that were saved: one latent each. */
async function openOne(path: string): Promise<Opened> {
  if (await hasFile(join(path, STEERING))) return openVectors(path);
  const dictionary = await openDictionary(path);
  const { hook_name: own, hook_name_out: out } = dictionary.config;
  return {
    weights: dictionaryWeights(dictionary),
    description: descriptionOf(dictionary),
    hooks: own === undefined ? [] : [own, ...(out === undefined ? [] : [out])],
  };
}

async function openVectors(path: string): Promise<Opened> {
  const { record, vectors } = await openSteering(path);
  const { model, at, file } = record;
  const [latents, weights] = [vectors.length, file.sha256];
  return {
    weights: steeringDictionary(vectors),
    description: { architecture: 'steering', latents, model: model.name, hook: at, weights },
    hooks: [at],
  };
}

function descriptionOf({ config, tensors }: Dictionary): Opened['description'] {
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
function misplaced(name: string, hooks: readonly string[], edits: readonly Edit[]): string[] {
  const [own] = hooks;
  if (own === undefined) return [];
  const places = edits.flatMap((edit) => placesOf(edit, name));
  const elsewhere = [...new Set(places)].filter((at) => !hooks.includes(at));
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
