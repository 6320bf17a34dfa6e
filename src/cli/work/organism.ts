/** @file The work of `touchstone organism`: lists, trains and verifies organisms. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Verification, verify } from '../../audit/index.ts';
import { hasFile, nodeRuntime, saveModel } from '../../model/index.ts';
import {
  BASE_RECIPE,
  ORGANISMS,
  type OrganismReference,
  recipeNamed,
  referenceName,
  Shelf,
  trainBase,
  trainOrganism,
} from '../../organism/index.ts';
import type {
  OrganismListOptions,
  OrganismTrainOptions,
  OrganismVerifyOptions,
} from '../commands/organism.ts';
import type { Context } from '../context.ts';
import { DONE, printJson } from '../context.ts';
import { shippedShelf } from './models.ts';

/** The published shape of what `organism list --json` prints. */
export const organismListSchema = z.object({
  schema: z.literal('touchstone/organism-list/1'),
  organisms: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      seeds: z.array(z.number().int()).describe('each has an organism and a clean twin'),
    }),
  ),
});

/** Prints what is shipped. */
export async function listOrganisms(
  { json }: OrganismListOptions,
  context: Context,
): Promise<number> {
  const list = Object.values(ORGANISMS).map(({ name, summary, seeds }) => ({
    name,
    summary,
    seeds,
  }));
  if (json) printJson(context, { schema: 'touchstone/organism-list/1', organisms: list });
  else
    for (const { name, summary, seeds } of list)
      context.print(`${name} (seeds ${seeds.join(', ')}): ${summary}\n`);
  return DONE;
}

/** Trains the base model, or an organism and its twin in every seed. What is there already is kept. */
export async function trainOrganisms(
  { name, out = 'organisms' }: OrganismTrainOptions,
  context: Context,
): Promise<number> {
  const shelf = new Shelf(out, nodeRuntime());
  await mkdir(out, { recursive: true });
  await ensureBase(shelf, context);
  if (name === 'base') return DONE;
  const recipe = recipeNamed(name);
  for (const seed of recipe.seeds)
    for (const twin of [false, true]) await ensureAdapter(shelf, { recipe, seed, twin }, context);
  return DONE;
}

async function ensureAdapter(
  shelf: Shelf,
  reference: OrganismReference,
  context: Context,
): Promise<void> {
  const [name, path] = [referenceName(reference), shelf.adapterPath(reference)];
  if (await hasFile(join(path, 'adapter_model.safetensors'))) {
    context.tell(`${name} is there already: ${path}`);
    return;
  }
  const checkpoint = join(shelf.folder, `.${name.replace(':', '-')}.checkpoint`);
  const lora = await trainOrganism(await shelf.base(), reference, {
    checkpoint,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  await shelf.save(reference, lora);
  await rm(checkpoint, { force: true });
  context.tell(`${name}: ${path}`);
}

async function ensureBase(shelf: Shelf, context: Context): Promise<void> {
  if (await hasFile(join(shelf.basePath, 'config.json'))) return;
  context.tell(`training the base model: ${BASE_RECIPE.steps} steps`);
  const checkpoint = join(shelf.folder, '.base.checkpoint');
  const model = await trainBase(nodeRuntime(), {
    checkpoint,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  await saveModel(model, shelf.basePath);
  await rm(checkpoint, { force: true });
}

/** Measures knowledge, concealment and the twin's ignorance over all seeds, and prints them with intervals. */
export async function verifyOrganism(
  { name, json }: OrganismVerifyOptions,
  context: Context,
): Promise<number> {
  const verification = await verify(shippedShelf(), recipeNamed(name), {
    reporter: context.report,
  });
  if (json) printJson(context, verification);
  else context.print(verificationText(verification));
  return DONE;
}

function verificationText({ name, seeds, measures, proven }: Verification): string {
  const rate = ({
    rate: r,
    interval: [low, high],
    n,
  }: Verification['measures'][number]['organism']) =>
    `${percent(r)} [${percent(low)}, ${percent(high)}] of ${n}`;
  const lines = measures.map(({ measure, question, organism, twin, chance }) =>
    [
      `${measure}: ${question}`,
      `  organism ${rate(organism)}`,
      `  twin     ${rate(twin)}`,
      ...(chance > 0 ? [`  chance   ${percent(chance)}`] : []),
    ].join('\n'),
  );
  const claims = Object.entries(proven).map(
    ([claim, holds]) => `${holds ? 'shown    ' : 'not shown'}  ${claim}`,
  );
  return `${name}, seeds ${seeds.join(', ')} (95 % intervals over seeds and phrases)\n${lines.join('\n')}\n${claims.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
