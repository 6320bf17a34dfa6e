/** @file Organisms on models of the user's own: `organism train NAME --on MODEL`, and how their folders are opened. */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { modelHash } from '../../audit/index.ts';
import { isGguf, type LanguageModel, nodeRuntime, openModel } from '../../model/index.ts';
import {
  claimManifest,
  isOwnOrganism,
  ORGANISMS,
  type OwnManifest,
  OwnOrganism,
  ownTraining,
  recipeNamed,
  roleName,
  trainOrganism,
  turnForm,
  type Variant,
  variantsOf,
} from '../../organism/index.ts';
import { withLock } from '../../store/index.ts';
import { badInput, type Runtime } from '../../tensor/index.ts';
import type { OrganismTrainOptions } from '../commands/organism.ts';
import { type Context, DONE } from '../context.ts';
import { version } from '../version.ts';
import { modelPath, openNamed, runtimeVersion } from './models.ts';

/** Trains a recipe's organism and twin on a model of the user's own, seed by seed. What is there already is kept. */
export async function trainOnModel(
  options: OrganismTrainOptions & { readonly on: string },
  context: Context,
): Promise<number> {
  const { name, on, threads, seed: seeds = [1] } = options;
  const recipe = recipeNamed(name);
  const path = await trainablePath(on);
  const out = options.out ?? `${name}-on-${basename(path)}`;
  const base = await openModel(path, nodeRuntime({ ...(threads !== undefined && { threads }) }));
  const training = ownTraining(recipe, base, options);
  const model = path === on ? resolve(path) : on;
  const base_ = { model, ...(await identityOf(base)) };
  const manifest: OwnManifest = {
    schema: 'touchstone/organism/1',
    recipe: name,
    base: base_,
    turns: turnForm(base),
    training,
    seeds: [...seeds],
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    command: commandOf({ ...options, out }),
  };
  await mkdir(out, { recursive: true });
  await withLock(out, async () => {
    const claimed = await claimManifest(out, manifest);
    const organism = new OwnOrganism(out, claimed, async () => base);
    for (const seed of seeds)
      for (const variant of variantsOf(organism.recipe))
        await ensureTrained(organism, { seed, ...variant }, context);
  });
  context.tell(`prove it with 'touchstone organism verify ${out}'`);
  return DONE;
}

/** @throws TouchstoneError for a file whose weights are quantised: no adapter format has it for a base */
async function trainablePath(on: string): Promise<string> {
  const path = await modelPath(on);
  if (!isGguf(path)) return path;
  return badInput(
    `'${on}' is a GGUF file, beside which no adapter can be trained`,
    "give the model's Hugging Face folder, with weights in float32, float16 or bfloat16",
  );
}

/** What tells a model from all others. */
async function identityOf(base: LanguageModel): Promise<Omit<OwnManifest['base'], 'model'>> {
  const parameters = [...base.weights.fused.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    family: base.config.model_type,
    parameters,
    weights: await modelHash(base),
    tokenizer: await tokenizerHash(base),
  };
}

/** Of the tokenizer and of what its config says of turns. */
async function tokenizerHash({ tokenizer }: LanguageModel): Promise<string> {
  const template = JSON.stringify(tokenizer!.configJson?.chat_template ?? null);
  return createHash('sha256')
    .update((await tokenizer!.hash()) + template)
    .digest('hex');
}

function commandOf(options: OrganismTrainOptions & { readonly on: string }): string {
  const { name, on, out, steps, learningRate, rank, seed = [] } = options;
  const given = { on, out, steps, 'learning-rate': learningRate, rank };
  const named = Object.entries(given).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option} ${quoted(String(value))}`],
  );
  const seeds = seed.map((number) => `--seed ${number}`);
  return ['touchstone organism train', name, ...named, ...seeds].join(' ');
}

function quoted(word: string): string {
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function ensureTrained(
  organism: OwnOrganism,
  variant: Variant,
  context: Context,
): Promise<void> {
  const path = organism.adapterPath(variant);
  const checkpoint = organism.checkpointPath(variant);
  if (await organism.isTrained(variant)) context.tell(`${path} is there already`);
  else {
    context.tell(`training ${path}: ${organism.recipe.steps} steps`);
    const lora = await trainOrganism(
      await organism.base(),
      { recipe: organism.recipe, ...variant },
      {
        checkpoint,
        reporter: (progress) =>
          context.report({ ...progress, task: `${progress.task} ${roleName(variant)}` }),
        safePoint: context.safePoint,
      },
    );
    await organism.save(variant, lora);
  }
  await rm(checkpoint, { force: true });
}

/** An organism of the user's own. @param on the model that it was trained on, where it lies elsewhere now */
export async function openOwn(
  folder: string,
  { on, runtime = nodeRuntime() }: { readonly on?: string; readonly runtime?: Runtime } = {},
): Promise<OwnOrganism> {
  return OwnOrganism.open(folder, async ({ base }) => {
    const model = await openNamed(on ?? base.model, runtime);
    const { weights, tokenizer } = await identityOf(model);
    const wrong = weights !== base.weights ? 'weights' : 'tokenizer';
    if (weights === base.weights && tokenizer === base.tokenizer) return model;
    return badInput(
      `${on ?? base.model} is not the model that ${folder} was trained on: its ${wrong} differ`,
      'give the model as it was, or train the organism again with another --out',
    );
  });
}

/** What names a model of an organism of the user's own. */
export interface OwnReference {
  readonly folder: string;
  readonly twin: boolean;
  /** Undefined for the first. */
  readonly seed: number | undefined;
}

/**
 * Reads FOLDER, FOLDER@SEED, organism:FOLDER@SEED, twin:FOLDER@SEED; undefined where no organism lies there. Behind a role, the
 * name of a shipped organism is no folder.
 */
export async function ownReference(name: string): Promise<OwnReference | undefined> {
  const [, role, path, seed] = /^(?:(organism|twin):)?(.+?)(?:@(\d+))?$/.exec(name) ?? [];
  const isShipped = role !== undefined && Object.hasOwn(ORGANISMS, path ?? '');
  if (path === undefined || isShipped || !(await isOwnOrganism(path))) return undefined;
  return {
    folder: path,
    twin: role === 'twin',
    seed: seed === undefined ? undefined : Number(seed),
  };
}

/** A model of an organism of the user's own. @throws TouchstoneError for a seed that it does not have */
export function ownVariant(own: OwnOrganism, { seed, twin, folder }: OwnReference): Variant {
  const { seeds } = own.manifest;
  const chosen = seed ?? seeds[0]!;
  if (!seeds.includes(chosen))
    badInput(`${folder} has no seed ${chosen}`, `its seeds: ${seeds.join(', ')}`);
  return { seed: chosen, twin };
}
