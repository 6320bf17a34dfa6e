/** @file The pieces of fuzzing-family: sweeps on validation questions, then what was chosen on test questions, beside a temperature of equal coherence. */
import type { LanguageModel } from '../../model/index.ts';
import { type OrganismReference, recipeNamed } from '../../organism/index.ts';
import type { Setting } from '../../technique/index.ts';
import type { Before, Bench, Piece } from '../experiment.ts';
import {
  type Arm,
  armsOf,
  atTemperature,
  type FuzzSettings,
  isMatched,
  type ModelName,
} from './arms.ts';
import { type Asked, ask } from './ask.ts';
import { chosenSetting, matchedTemperature, type Sweep } from './choose.ts';

/** One arm's answers to test questions. */
export interface Test extends Asked {
  readonly kind: 'test';
  readonly arm: string;
  /** Whether this is plain sampling at the temperature that is as coherent as the arm. */
  readonly matched: boolean;
  readonly model: ModelName;
  readonly seed: number;
  readonly setting: Setting;
}

export type FuzzValue = Sweep | Test;

/** All pieces: sweeps first. */
export function fuzzPieces(settings: FuzzSettings): Piece<FuzzValue>[] {
  const arms = armsOf(settings);
  return [
    ...settings.seeds.flatMap((seed) => arms.map((arm) => sweepPiece(arm, seed, settings))),
    ...asked(settings).flatMap(({ model, seed }) => [
      ...arms.map((arm) => testPiece({ arm, model, seed }, settings)),
      ...(model === 'organism' ? arms.filter(isMatched) : []).map((arm) =>
        matchedPiece({ arm, model, seed }, settings),
      ),
    ]),
  ];
}

/** Models that are asked test questions. The base model stands for all seeds. */
function asked({ seeds, controlSeeds }: FuzzSettings): Pick<Test, 'model' | 'seed'>[] {
  const both = (models: readonly ModelName[], of: readonly number[]) =>
    of.flatMap((seed) => models.map((model) => ({ model, seed })));
  return [
    ...both(['organism', 'twin'], seeds),
    { model: 'base', seed: 0 },
    ...both(['control', 'control twin'], controlSeeds),
  ];
}

const sweepKey = (arm: string, seed: number) => `sweep ${arm}, organism ${seed}`;

interface Job extends Pick<Test, 'model' | 'seed'> {
  readonly arm: Arm;
}

const testKey = ({ arm, model, seed }: Job) => `test ${arm.name}, ${model} ${seed}`;
const matchedKey = ({ arm, model, seed }: Job) => `matched with ${arm.name}, ${model} ${seed}`;

function sweepPiece(arm: Arm, seed: number, settings: FuzzSettings): Piece<FuzzValue> {
  return {
    key: sweepKey(arm.name, seed),
    run: async (bench) => {
      const rounds = await askModel({ model: 'organism', seed }, settings, bench, {
        arm,
        under: arm.settings,
        split: 'validation',
      });
      return { kind: 'sweep', arm: arm.name, seed, settings: arm.settings, rounds };
    },
  };
}

function sweepsOf(arm: string, { seeds }: FuzzSettings, before: Before<FuzzValue>): Sweep[] {
  return seeds.map((seed) => before(sweepKey(arm, seed)) as Sweep);
}

function testPiece(job: Job, settings: FuzzSettings): Piece<FuzzValue> {
  const { arm } = job;
  return {
    key: testKey(job),
    run: async (bench, before) => {
      const setting = arm.settings[chosenSetting(sweepsOf(arm.name, settings, before))]!;
      return testOf({ ...job, setting, matched: false, asks: arm }, settings, bench);
    },
  };
}

/** Plain sampling at the arm's coherence. Arms of one temperature share their answers. */
function matchedPiece(job: Job, settings: FuzzSettings): Piece<FuzzValue> {
  const arms = armsOf(settings);
  const hot = arms.find(({ name }) => name === 'high-temperature')!;
  return {
    key: matchedKey(job),
    run: async (bench, before) => {
      const of = (arm: Arm) =>
        matchedTemperature(
          sweepsOf(arm.name, settings, before),
          sweepsOf(hot.name, settings, before),
        );
      const temperature = of(job.arm);
      const matched = arms.filter(isMatched);
      const same = matched.find((arm) => arm.name === job.arm.name || of(arm) === temperature)!;
      if (same.name !== job.arm.name)
        return { ...before(matchedKey({ ...job, arm: same })), arm: job.arm.name };
      const setting = atTemperature(temperature);
      return testOf({ ...job, setting, matched: true, asks: hot }, settings, bench);
    },
  };
}

async function testOf(
  {
    arm,
    asks,
    model,
    seed,
    setting,
    matched,
  }: Job & { asks: Arm } & Pick<Test, 'setting' | 'matched'>,
  settings: FuzzSettings,
  bench: Bench,
): Promise<Test> {
  const [answered] = await askModel({ model, seed }, settings, bench, {
    arm: asks,
    under: [setting],
    split: 'test',
  });
  return { kind: 'test', arm: arm.name, matched, model, seed, setting, ...answered! };
}

async function askModel(
  who: Pick<Test, 'model' | 'seed'>,
  settings: FuzzSettings,
  { shelf }: Bench,
  {
    arm: { technique },
    under,
    split,
  }: { arm: Arm; under: readonly Setting[]; split: 'validation' | 'test' },
): Promise<Asked[]> {
  const base = await shelf.base();
  const model = who.model === 'base' ? base : await shelf.open(referenceOf(who, settings));
  try {
    const count = split === 'test' ? settings.test[who.model] : settings.validation;
    return await ask(model, base, {
      technique,
      settings: under,
      split,
      count,
      seed: settings.seed,
    });
  } finally {
    await release(model, base);
  }
}

async function release(model: LanguageModel, base: LanguageModel): Promise<void> {
  if (model !== base) await model.release();
}

function referenceOf(
  { model, seed }: Pick<Test, 'model' | 'seed'>,
  { organism, control }: FuzzSettings,
): OrganismReference {
  const recipe = recipeNamed(model.startsWith('control') ? control : organism);
  return { recipe, seed, twin: model.endsWith('twin') };
}
