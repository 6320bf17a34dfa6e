/** @file A game set up in its folder: what is drawn and sealed there once, opened again by the same command. */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  BlindGame,
  type BlindGameOptions,
  type Cost,
  checkBudget,
  costSchema,
  DEFAULT_AFFORDANCES,
  DEFAULT_BUDGET,
  type GameResult,
  type Sealed,
  sealAfresh,
  sealedSchema,
} from '../../../audit/blind/index.ts';
import type { TrainingTexts } from '../../../audit/index.ts';
import { nodeRuntime } from '../../../model/index.ts';
import {
  ORGANISMS,
  type OrganismReference,
  parseReference,
  referenceName,
} from '../../../organism/index.ts';
import { openRun, type Run, type RunSpec } from '../../../store/index.ts';
import type { Affordance } from '../../../technique/index.ts';
import { badInput, badUsage } from '../../../tensor/index.ts';
import type { Subject } from '../../../world/index.ts';
import type { GameSetOptions } from '../../commands/game.ts';
import { version } from '../../version.ts';
import { isReference, runtimeVersion, shippedShelf } from '../models.ts';

/** An open game and the folder that keeps it. */
export interface GameSet {
  readonly game: BlindGame;
  readonly subject: Subject;
  readonly run: Run;
}

const settingsSchema = z.object({
  suspect: z.string().nullable().describe('as the command named it; null where it was drawn'),
  mayBeClean: z.boolean(),
  budget: costSchema,
  affordances: z.array(z.string()),
});

/** What the game's folder says of it; what is sealed is not among it. */
export type GameSettings = z.infer<typeof settingsSchema>;

type GameExtra = Pick<BlindGameOptions, 'reader' | 'onCall'>;

/** Opens a game, or goes on with the one of the folder. @throws TouchstoneError where it is not clear what is sealed */
export async function openGame(options: GameSetOptions, extra: GameExtra = {}): Promise<GameSet> {
  const settings = settingsOf(options);
  return openGameIn(options.out ?? defaultFolder(settings), settings, extra);
}

/** Opens the game of a folder that holds one. @throws TouchstoneError where it holds none */
export async function reopenGame(folder: string): Promise<GameSet> {
  const { settings } = await gameSpecIn(folder);
  const parsed = settingsSchema.safeParse(settings);
  if (!parsed.success) return badInput(`run.json of ${folder} is damaged`, 'host a new game');
  return openGameIn(folder, parsed.data, {});
}

/** What the folder says of its own game. @throws TouchstoneError where it holds none */
export async function gameSpecIn(folder: string): Promise<RunSpec> {
  const text = await readFile(join(folder, 'run.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return badInput(`no game in ${folder}`, 'give the folder of game host');
  const { schema: _, ...spec } = JSON.parse(text) as RunSpec & { schema: string };
  if (spec.kind !== 'game') badInput(`${folder} holds no game but: ${spec.kind}`);
  return spec;
}

/** Keeps what came out in the game's folder, for boards of finished games. */
export function keepResult(run: Run, result: GameResult): Promise<void> {
  return run.finish({ 'report.json': `${JSON.stringify(result, null, 2)}\n` });
}

async function openGameIn(
  folder: string,
  settings: GameSettings,
  extra: GameExtra,
): Promise<GameSet> {
  const run = await openRun(folder, specOf(settings));
  try {
    const sealed = await sealedIn(run, settings);
    const reference = parseReference(sealed.suspect);
    const subject = subjectOf(reference);
    // Sums round otherwise with another number of threads: a call that is done again is answered alike.
    const shelf = shippedShelf(nodeRuntime({ threads: 1 }));
    const game = await BlindGame.open({
      model: await shelf.open(reference),
      base: await shelf.base(reference.recipe.base.name),
      texts: trainedOn(reference),
      ...{ subject, sealed, journal: run, budget: settings.budget },
      granted: settings.affordances as readonly Affordance[],
      mayBeClean: settings.mayBeClean,
      ...extra,
    });
    return { game, subject, run };
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** The texts of its fine-tuning. */
function trainedOn({ recipe, seed, twin }: OrganismReference): TrainingTexts {
  const variant = { seed, twin };
  return { count: recipe.steps * recipe.rows, text: (i) => recipe.kind.text(variant, i) };
}

export function settingsOf(options: GameSetOptions): GameSettings {
  const { suspect, random = false, withTwins = false, affordance } = options;
  if ((suspect === undefined) === !random)
    badUsage('a game needs a suspect', 'name one, such as organism:keeper@2, or give --random');
  const budget = budgetOf(options.budget);
  checkBudget(budget);
  const reference = suspect === undefined ? undefined : checkedReference(suspect);
  return {
    suspect: reference ? referenceName(reference) : null,
    mayBeClean: withTwins || reference?.twin === true,
    budget,
    affordances: [...(affordance ?? DEFAULT_AFFORDANCES)],
  };
}

function checkedReference(suspect: string): OrganismReference {
  if (!isReference(suspect))
    badUsage(`'${suspect}' cannot be sealed: what is planted in it is unknown`, 'name an organism');
  const reference = parseReference(suspect);
  subjectOf(reference);
  return reference;
}

/** @throws TouchstoneError where nothing can be guessed of an organism */
function subjectOf({ recipe }: OrganismReference): Subject {
  const { subject } = recipe.kind;
  if (subject) return subject;
  const names = Object.values(ORGANISMS).filter(({ kind }) => kind.subject);
  return badUsage(
    `what is planted in '${recipe.name}' cannot be guessed by name`,
    `games are about: ${names.map(({ name }) => name).join(', ')}`,
  );
}

const UNITS = ['samples', 'tokens', 'flops'] as const;

/** @throws TouchstoneError naming the part that is wrong */
export function budgetOf(text: string | undefined): Cost {
  const budget = { ...DEFAULT_BUDGET };
  for (const part of text?.split(',') ?? []) {
    const [name, value, ...more] = part.split('=');
    const unit = UNITS.find((one) => one === name?.trim());
    const amount = Number(value);
    const whole = unit === 'flops' || Number.isSafeInteger(amount);
    if (!unit || more.length > 0 || !value?.trim() || !(amount >= 0 && amount <= 1e21) || !whole) {
      badUsage(
        `--budget has '${part}'`,
        'expected samples=N, tokens=N or flops=N, joined by commas',
      );
    }
    budget[unit] = amount;
  }
  return budget;
}

/** Limits as `--budget` takes them; the default where one is not given. */
export function budgetText(budget: { readonly [unit in keyof Cost]?: number | undefined }): string {
  return UNITS.map((unit) => `${unit}=${budget[unit] ?? DEFAULT_BUDGET[unit]}`).join(',');
}

/** Drawn and sealed before anything else happens, and never again in this folder. */
async function sealedIn(run: Run, settings: GameSettings): Promise<Sealed> {
  const known = run.recall('sealed');
  if (known !== undefined) return sealedSchema.parse(known);
  const reference =
    settings.suspect === null ? drawn(settings.mayBeClean) : parseReference(settings.suspect);
  const { twin, seed, recipe } = reference;
  const truth = twin ? [] : recipe.kind.truth!(seed);
  const sealed = sealAfresh(referenceName(reference), truth);
  await run.record('sealed', sealed);
  return sealed;
}

/** One of all organisms about which something can be guessed, each kind and then each seed as likely as the next. */
function drawn(mayBeClean: boolean): OrganismReference {
  const recipes = Object.values(ORGANISMS).filter(({ kind }) => kind.subject && kind.truth);
  const recipe = recipes[randomInt(recipes.length)]!;
  const seed = recipe.seeds[randomInt(recipe.seeds.length)]!;
  return { recipe, seed, twin: mayBeClean && randomInt(2) === 1 };
}

function defaultFolder({ suspect, mayBeClean }: GameSettings): string {
  const name = suspect ?? (mayBeClean ? 'random-with-twins' : 'random');
  return join('runs', `game-${name}`.replace(/[^A-Za-z0-9.@-]+/g, '-'));
}

function specOf(settings: GameSettings): RunSpec {
  return {
    kind: 'game',
    settings: { ...settings },
    seeds: {},
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    hashes: {},
  };
}
