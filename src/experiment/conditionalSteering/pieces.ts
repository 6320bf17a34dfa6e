/** @file The pieces of conditional-steering: for each coder its detectors, then every arm, chosen on validation tasks and measured on test tasks. */
import { type Construct, LEVELS, type Level } from '../../world/code/index.ts';
import type { Bench, Piece } from '../experiment.ts';
import { ARMS, type Arm, isAsked, type Ready } from './arms.ts';
import type { DetectorName, Quality } from './detectors.ts';
import { type Kit, kitOf } from './kit.ts';
import { tokensOf } from './rivals.ts';
import { type SteeringSettings, TASK_SEEDS } from './settings.ts';
import { type SideEffects, sideEffects } from './sideEffects.ts';
import type { Setting } from './steering.ts';
import { shareOf, successOf, tasksAt, type Written, write } from './writing.ts';

/** How well each detector sees one construct coming. */
export type Detected = {
  readonly kind: 'detected';
  readonly seed: number;
  readonly construct: Construct;
  readonly quality: Readonly<Record<DetectorName, Quality>>;
  readonly latent: number;
  readonly cluster: number;
  readonly bannedTokens: number;
  /** Share of the variance that the dictionary leaves. */
  readonly unexplained: number;
};

/** A setting with the share of validation programs that keep the rule and pass. */
export type Tried = Setting & { readonly success: number; readonly violation: number };

/** One arm on one coder. */
export type Steered = {
  readonly kind: 'steered';
  readonly seed: number;
  readonly arm: string;
  readonly tried: readonly Tried[];
  readonly chosen: Setting;
  readonly validationPrograms: number;
  readonly trainedOn: number;
  readonly levels: readonly ({ readonly level: Level } & Written)[];
  readonly effects: SideEffects;
};

/** One arm under several constraints at once. */
export type Constrained = {
  readonly kind: 'constrained';
  readonly seed: number;
  readonly arm: string;
  readonly constraints: number;
  readonly chosen: Setting;
  readonly written: Written;
};

export type SteeringValue = Detected | Steered | Constrained;

/** The arms that settings name. */
function armsOf({ arms }: SteeringSettings): Arm[] {
  return ARMS.filter(({ name }) => arms === undefined || arms.includes(name));
}

/** The construct of the comparison at three base rates. */
const CONSTRUCT: Construct = 'regex';

export function steeringPieces(settings: SteeringSettings): Piece<SteeringValue>[] {
  return settings.seeds.flatMap((seed): Piece<SteeringValue>[] => [
    ...settings.constraints.constructs.map((construct) => detectedPiece(settings, seed, construct)),
    ...armsOf(settings).map((arm) => steeredPiece(settings, seed, arm)),
    ...settings.constraints.counts.flatMap((count) =>
      ARMS.filter(({ name }) => isAsked(name, count, settings.constraints.counts)).map((arm) =>
        constrainedPiece(settings, seed, arm, count),
      ),
    ),
  ]);
}

function detectedPiece(
  settings: SteeringSettings,
  seed: number,
  construct: Construct,
): Piece<Detected> {
  return {
    key: `seed ${seed}, detectors of ${construct}`,
    run: async (bench) => {
      const kit = await kitOf(bench, settings, seed);
      const { quality, latent, cluster } = kit.tools(construct);
      const [bannedTokens, unexplained] = [tokensOf(kit, construct).length, kit.unexplained];
      const found = { construct, quality, latent, cluster, bannedTokens, unexplained };
      return { kind: 'detected', seed, ...found };
    },
  };
}

/** Runs with an arm made ready, and releases a model of its own. */
async function using<T>(
  kit: Kit,
  made: Promise<Ready>,
  work: (ready: Ready) => Promise<T>,
): Promise<T> {
  const ready = await made;
  try {
    return await work(ready);
  } finally {
    if (ready.writer.model !== kit.model) await ready.writer.model.release();
  }
}

/** Validation tasks of given base rates, written under each setting of an arm. */
async function tries(
  kit: Kit,
  arm: Arm,
  banned: readonly Construct[],
  { levels, count, bench }: { levels: readonly Level[]; count: number; bench: Bench },
): Promise<Tried[]> {
  const options = arm.settings(kit.settings);
  if (options.length === 1) return [{ ...options[0]!, success: 0, violation: 0 }];
  const seed = TASK_SEEDS.validation;
  const tasks = levels.flatMap((level) => tasksAt(seed, level, count, banned));
  const tried: Tried[] = [];
  for (const setting of options) {
    await bench.safePoint();
    const { writer } = await arm.ready(kit, banned, setting);
    const written = await write(kit, writer, seed, tasks, banned);
    const violation = shareOf(written.violates);
    tried.push({ ...setting, success: successOf(written), violation });
  }
  return tried;
}

/** The setting with the most programs that keep the rule and pass; of equals, the first. */
function best(tried: readonly Tried[]): Setting {
  const { scale } = tried.reduce((a, b) => (b.success > a.success ? b : a));
  return { scale };
}

function steeredPiece(settings: SteeringSettings, seed: number, arm: Arm): Piece<Steered> {
  return {
    key: `seed ${seed}, ${arm.name}`,
    run: async (bench) => {
      const kit = await kitOf(bench, settings, seed);
      const { validation, test } = settings.tasks;
      const banned = [CONSTRUCT];
      const given = { levels: LEVELS, count: validation, bench };
      const tried = await tries(kit, arm, banned, given);
      const chosen = best(tried);
      return using(kit, arm.ready(kit, banned, chosen), async ({ writer, trainedOn }) => {
        const levels: (Written & { level: Level })[] = [];
        for (const level of LEVELS) {
          const tasks = tasksAt(TASK_SEEDS.test, level, test, banned);
          levels.push({ level, ...(await write(kit, writer, TASK_SEEDS.test, tasks, banned)) });
        }
        const validationPrograms = tried.length > 1 ? tried.length * validation * LEVELS.length : 0;
        const effects = await sideEffects(kit, writer, CONSTRUCT);
        const choice = { tried, chosen, validationPrograms };
        return { kind: 'steered', seed, arm: arm.name, ...choice, trainedOn, levels, effects };
      });
    },
  };
}

function constrainedPiece(
  settings: SteeringSettings,
  seed: number,
  arm: Arm,
  constraints: number,
): Piece<Constrained> {
  return {
    key: `seed ${seed}, ${arm.name}, ${constraints} constraints`,
    run: async (bench) => {
      const kit = await kitOf(bench, settings, seed);
      const { constructs, validation, test } = settings.constraints;
      const banned = constructs.slice(0, constraints);
      const given = { levels: [90] as const, count: validation, bench };
      const chosen = best(await tries(kit, arm, banned, given));
      return using(kit, arm.ready(kit, banned, chosen, true), async ({ writer }) => {
        const tasks = tasksAt(TASK_SEEDS.test, 90, test, banned);
        const written = await write(kit, writer, TASK_SEEDS.test, tasks, banned);
        return { kind: 'constrained', seed, arm: arm.name, constraints, chosen, written };
      });
    },
  };
}
