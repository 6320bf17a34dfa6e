/** @file The work of `touchstone organism`: lists, trains and verifies organisms. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Verification, verify } from '../../audit/index.ts';
import { hasFile, nodeRuntime, saveModel } from '../../model/index.ts';
import {
  BASE_RECIPE,
  ORGANISMS,
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
  for (const seed of recipe.seeds) {
    for (const twin of [false, true]) {
      const reference = { recipe, seed, twin };
      const path = shelf.adapterPath(reference);
      if (await hasFile(join(path, 'adapter_model.safetensors'))) {
        context.tell(`${referenceName(reference)} is there already: ${path}`);
        continue;
      }
      const checkpoint = join(
        out,
        `.${recipe.name}-${seed}-${twin ? 'twin' : 'organism'}.checkpoint`,
      );
      const lora = await trainOrganism(await shelf.base(), reference, {
        checkpoint,
        reporter: context.report,
        safePoint: context.safePoint,
      });
      await shelf.save(reference, lora);
      context.tell(`${referenceName(reference)}: ${path}`);
    }
  }
  return DONE;
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
  const lines = measures.map(({ question, organism, twin, chance }) =>
    [
      question,
      `  organism ${rate(organism)}`,
      `  twin     ${rate(twin)}`,
      `  chance   ${percent(chance)}`,
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
