/** @file `organism.json`: what the adapters beside it are, of which model, by which command. */
import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import {
  checkShape,
  hasFile,
  join,
  readJson,
  removeHalfWritten,
  writeAtomic,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';

export const MANIFEST = 'organism.json';

/** The published shape of `organism.json`. */
export const ownManifestSchema = z.object({
  schema: z.literal('touchstone/organism/1'),
  recipe: z.string().describe('what is planted, and how: a name that organism list prints'),
  base: z.object({
    model: z.string().describe('folder or hub name of the model that the adapters are for'),
    family: z.string(),
    parameters: z.number().int().min(1),
    weights: z.string().describe('SHA-256 of its weights, as audits have it'),
    tokenizer: z.string().describe('SHA-256 of its tokenizer'),
  }),
  turns: z
    .enum(['role tokens', 'chat template', 'plain lines'])
    .describe('how questions and answers are told apart'),
  training: z.object({
    steps: z.number().int().min(1),
    rows: z.number().int().min(1),
    length: z.number().int().min(2).describe('tokens of a row'),
    learningRate: z.number().positive(),
    rank: z.number().int().min(1),
    alpha: z.number().positive(),
  }),
  seeds: z.array(z.number().int().min(0)).describe('each has a folder with organism and twin'),
  versions: z.record(z.string(), z.string()),
  command: z.string().describe('what made it, and goes on with it'),
});

export type OwnManifest = z.infer<typeof ownManifestSchema>;

/** Whether a folder holds an organism of the user's own. */
export function isOwnOrganism(folder: string): Promise<boolean> {
  return hasFile(join(folder, MANIFEST));
}

/** @throws TouchstoneError where it is missing or malformed */
export async function readManifest(folder: string): Promise<OwnManifest> {
  const path = join(folder, MANIFEST);
  return checkShape(ownManifestSchema, await readJson(path), path);
}

/**
 * Claims a folder for a training, or for further seeds of the one that it is claimed for.
 *
 * @throws TouchstoneError naming the first thing in which the folder's training is another
 */
export async function claimManifest(folder: string, manifest: OwnManifest): Promise<OwnManifest> {
  const claimed = (await isOwnOrganism(folder)) ? await readManifest(folder) : undefined;
  if (claimed) refuseOther(folder, claimed, manifest);
  await tidy(folder);
  const seeds = [...new Set([...(claimed?.seeds ?? []), ...manifest.seeds])];
  const merged = { ...manifest, seeds: seeds.toSorted((a, b) => a - b) };
  await writeAtomic(join(folder, MANIFEST), `${JSON.stringify(merged, null, 2)}\n`);
  return merged;
}

/** Removes what a killed training left half-written. */
async function tidy(folder: string): Promise<void> {
  await removeHalfWritten(folder);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeHalfWritten(join(folder, entry.name));
}

function refuseOther(folder: string, claimed: OwnManifest, manifest: OwnManifest): void {
  const [there, here] = [compared(claimed), compared(manifest)];
  const differs = Object.keys(here).find((key) => here[key] !== there[key]);
  if (differs)
    badInput(
      `${folder} is another training's: its ${differs} is ${there[differs]}, not ${here[differs]}`,
      'give another --out, or the options of that training',
    );
}

/** What all seeds of a folder have in common, by name. */
function compared({ recipe, base, turns, training }: OwnManifest): Record<string, string | number> {
  const { weights, tokenizer } = base;
  return { recipe, 'base model': weights, tokenizer, turns, ...training };
}
