/** @file The work of `touchstone organism`: lists, trains and verifies organisms. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Verification, verify } from '../../audit/index.ts';
import { hasFile, nodeRuntime, saveModel } from '../../model/index.ts';
import {
  BASES,
  type Base,
  baseNamed,
  baseOf,
  CODER_RECIPE,
  type CoderRecipe,
  hasCoder,
  isOwnOrganism,
  MANIFEST,
  ORGANISMS,
  type OrganismRecipe,
  type OrganismReference,
  recipeNamed,
  referenceName,
  Shelf,
  seedList,
  trainBase,
  trainOrganism,
  variantsOf,
} from '../../organism/index.ts';
import { badUsage, nearest } from '../../tensor/index.ts';
import type {
  OrganismListOptions,
  OrganismTrainOptions,
  OrganismVerifyOptions,
} from '../commands/organism.ts';
import type { Context } from '../context.ts';
import { DONE, printJson } from '../context.ts';
import { trainCoders, verifyCoder } from './coder.ts';
import { shelfFolder, shippedShelf } from './models.ts';
import { openOwn, trainOnModel } from './ownOrganism.ts';

/** The published shape of what `organism list --json` prints. */
export const organismListSchema = z.object({
  schema: z.literal('touchstone/organism-list/2'),
  organisms: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      base: z.string().describe('the base model that its adapters are for'),
      seeds: z.array(z.number().int()).describe('each has an organism and a clean twin'),
      controls: z.record(z.string(), z.string()).describe('further controls of each seed'),
      cost: z
        .object({ flop: z.number(), minutes: z.number() })
        .describe('of training one adapter: operations, and minutes of one core'),
    }),
  ),
  bases: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      from: z.string().nullable().describe('the base model whose training it goes on with'),
    }),
  ),
  coders: z
    .array(z.object({ name: z.string(), summary: z.string(), seeds: z.array(z.number().int()) }))
    .describe('models of the code world: whole, without a plant and without a twin'),
});

/** Prints what is shipped. */
export async function listOrganisms(
  { json }: OrganismListOptions,
  context: Context,
): Promise<number> {
  const organisms = Object.values(ORGANISMS);
  if (json) printJson(context, listOf(organisms, Object.values(BASES)));
  else
    for (const { name, summary, seeds, controls } of organisms) {
      context.print(`${name} (seeds ${seedList(seeds)}): ${summary}\n`);
      for (const [control, { summary: what }] of Object.entries(controls ?? {}))
        context.print(`  ${control}:${name}: ${what}\n`);
    }
  if (!json) context.print(await coderLine(CODER_RECIPE));
  return DONE;
}

async function coderLine({ name, summary, seeds }: CoderRecipe): Promise<string> {
  const there = await hasCoder(shelfFolder(), seeds[0]!);
  const where = there ? '' : '; not shipped: touchstone organism train coder';
  return `${name} (seeds ${seedList(seeds)}, no twin${where}): ${summary}\n`;
}

function listOf(
  organisms: readonly OrganismRecipe[],
  bases: readonly Base[],
): z.infer<typeof organismListSchema> {
  return {
    schema: 'touchstone/organism-list/2',
    organisms: organisms.map(({ name, summary, base, seeds, controls = {}, cost }) => ({
      name,
      summary,
      base: base.name,
      seeds: [...seeds],
      controls: Object.fromEntries(
        Object.entries(controls).map(([control, { summary: what }]) => [control, what]),
      ),
      cost,
    })),
    bases: bases.map(({ name, summary, from }) => ({ name, summary, from: from?.name ?? null })),
    coders: [CODER_RECIPE].map(({ name, summary, seeds }) => ({
      name,
      summary,
      seeds: [...seeds],
    })),
  };
}

/** Trains a base model, or an organism, its twin and its controls in every seed. What is there already is kept. */
export async function trainOrganisms(
  options: OrganismTrainOptions,
  context: Context,
): Promise<number> {
  const { name, out = 'organisms', threads, on } = options;
  if (on !== undefined) return trainOnModel({ ...options, on }, context);
  refuseOwnOptions(options);
  if (name === CODER_RECIPE.name) return trainCoders(out, context, threads);
  const shelf = new Shelf(out, nodeRuntime({ ...(threads !== undefined && { threads }) }));
  await mkdir(out, { recursive: true });
  if (Object.hasOwn(BASES, name)) {
    await ensureBase(baseNamed(name), shelf, context);
    return DONE;
  }
  const recipe = recipeNamed(name);
  for (const variant of variantsOf(recipe))
    await ensureBase(baseOf({ recipe, ...variant }), shelf, context);
  for (const seed of recipe.seeds)
    for (const variant of variantsOf(recipe))
      await ensureAdapter(shelf, { recipe, seed, ...variant }, context);
  return DONE;
}

/** @throws TouchstoneError for an option that a shipped recipe does not have */
function refuseOwnOptions({ seed, steps, learningRate, rank }: OrganismTrainOptions): void {
  const given = {
    '--seed': seed,
    '--steps': steps,
    '--learning-rate': learningRate,
    '--rank': rank,
  };
  const extra = Object.entries(given).find(([, value]) => value !== undefined);
  if (extra)
    badUsage(
      `${extra[0]} without --on`,
      'a recipe has its own numbers on its own base; give --on MODEL',
    );
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
  const lora = await trainOrganism(await shelf.base(baseOf(reference).name), reference, {
    checkpoint,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  await shelf.save(reference, lora);
  await rm(checkpoint, { force: true });
  context.tell(`${name}: ${path}`);
}

/** A base model begins with the one that it goes on from. */
async function ensureBase(base: Base, shelf: Shelf, context: Context): Promise<void> {
  const path = shelf.basePath(base.name);
  if (await hasFile(join(path, 'config.json'))) return;
  if (base.from) await ensureBase(base.from, shelf, context);
  context.tell(`training the base model ${base.name}: ${base.training.steps} steps`);
  const checkpoint = join(shelf.folder, `.${base.name}.checkpoint`);
  const model = await trainBase(base, shelf.runtime, {
    ...(base.from && { parent: await shelf.base(base.from.name) }),
    checkpoint,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  await saveModel(model, path);
  await rm(checkpoint, { force: true });
}

/** Measures what proves an organism over all seeds, and prints it with intervals. */
export async function verifyOrganism(
  { name, json, on }: OrganismVerifyOptions,
  context: Context,
): Promise<number> {
  if (name === CODER_RECIPE.name) return verifyCoder({ ...(json && { json }) }, context);
  const shipped = Object.hasOwn(ORGANISMS, name);
  if (!shipped && !(await isOwnOrganism(name))) unknownOrganism(name);
  const own = shipped ? undefined : await openOwn(name, { ...(on !== undefined && { on }) });
  const recipe = own?.recipe ?? recipeNamed(name);
  const verification = await verify(own ?? shippedShelf(), recipe, { reporter: context.report });
  if (json) printJson(context, verification);
  else context.print(verificationText(verification));
  return DONE;
}

function unknownOrganism(name: string): never {
  const names = [...Object.keys(ORGANISMS), CODER_RECIPE.name];
  return badUsage(
    `NAME is '${name}'; expected one of ${names.join(', ')}, or a folder with an ${MANIFEST}`,
    `did you mean ${nearest(name, names)}?`,
  );
}

type Rate = Verification['measures'][number]['organism'];

function verificationText({ name, seeds, measures, contrasts, proven }: Verification): string {
  const claims = Object.entries(proven).map(
    ([claim, holds]) => `${holds ? 'shown    ' : 'not shown'}  ${claim}`,
  );
  return [
    `${name}, seeds ${seedList(seeds)} (95 % intervals over seeds and phrases)`,
    ...measures.map(measureText),
    ...contrasts.map(contrastText),
    ...claims,
    '',
  ].join('\n');
}

function measureText({
  measure,
  question,
  organism,
  twin,
  controls,
  chance,
}: Verification['measures'][number]): string {
  const rows = Object.entries({ organism, twin, ...controls });
  return [
    `${measure}: ${question}`,
    ...rows.map(([role, rate]) => `  ${role.padEnd(8)} ${rateText(rate)}`),
    ...(chance > 0 ? [`  chance   ${percent(chance)}`] : []),
  ].join('\n');
}

function rateText({ rate, interval: [low, high], n }: Rate): string {
  return `${percent(rate)} [${percent(low)}, ${percent(high)}] of ${n}`;
}

function contrastText({
  contrast,
  question,
  mean,
  interval: [low, high],
  n,
}: Verification['contrasts'][number]): string {
  const [m, l, h] = [mean, low, high].map((value) => value.toFixed(4));
  return `${contrast}: ${question}\n  mean     ${m} [${l}, ${h}] of ${n}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
