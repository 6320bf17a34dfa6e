/** @file The dictionaries that a command names, as plans: from short forms, from a file, once for each seed. */
import { z } from 'zod';
import type { DictionaryConfig, DictionaryPlan } from '../../../dictionary/index.ts';
import { checkShape, readJson } from '../../../model/index.ts';
import { badInput, badUsage, nearest } from '../../../tensor/index.ts';
import type { DictTrainOptions } from '../../commands/dict/train.ts';
import { settingsOf } from './settings.ts';
import { parseShortForm } from './shortForm.ts';

const whole = z.number().int().min(0);

const planSchema = z.strictObject({
  name: z
    .string()
    .regex(/^\w[\w=-]*$/, 'a name has letters, digits, =, - and _')
    .optional()
    .describe('also the name of its folder; by default the kind'),
  config: z
    .looseObject({ architecture: z.string(), d_sae: whole.optional() })
    .describe('the kind under architecture, and its settings'),
  seed: whole.optional().describe('of the initial weights; --seed overrides it'),
  learningRate: z.number().optional().describe('peak rate of Adam'),
  warmup: whole.optional().describe('steps of the rise to the peak'),
  decayFrom: whole.optional().describe('step from which the rate falls to 0'),
  sparsityWarmup: whole.optional().describe('steps of the rise of the sparsity penalty'),
  unitDecoder: z.boolean().optional().describe('whether decoder rows are kept at norm 1'),
  clip: z.number().optional().describe('largest norm of a gradient'),
  deadAfter: whole.optional().describe('rows without firing after which a latent is dead'),
  normalize: z.boolean().optional().describe('whether rows are scaled to mean norm sqrt(width)'),
  resample: z
    .strictObject({ every: whole, until: whole.optional() })
    .optional()
    .describe('steps between revivals of dead latents, and the last step with one'),
});

/** The published shape of a file of plans. */
export const planFileSchema = z.strictObject({ dictionaries: z.array(planSchema).min(1) });

type Plan = z.infer<typeof planSchema>;

/**
 * The plans of a command.
 *
 * @param added what all configs have: the width, where the activations come from
 * @throws TouchstoneError naming what is wrong with a plan
 */
export async function plansOf(
  options: DictTrainOptions,
  added: Pick<DictionaryConfig, 'd_in'> & Record<string, unknown>,
): Promise<DictionaryPlan[]> {
  const given = [...shortPlans(options), ...(await filePlans(options.plan))];
  if (given.length === 0) {
    badUsage('no dictionary to train', 'give --kind topk:k=32,d_sae=1024, or --plan FILE');
  }
  const sized = given.map((plan) => completed(plan, options, added));
  const named = withNames(sized);
  const plans = options.seed ? named.flatMap((plan) => perSeed(plan, options.seed!)) : named;
  const names = plans.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) badUsage(`two dictionaries are called '${twice}'`, 'name them apart');
  return plans;
}

function perSeed(plan: DictionaryPlan, seeds: readonly number[]): DictionaryPlan[] {
  return seeds.map((seed) => {
    const name = seeds.length > 1 ? `${plan.name}-seed-${seed}` : plan.name;
    return { ...plan, seed, name };
  });
}

function shortPlans({ kind = [] }: DictTrainOptions): Plan[] {
  return kind.map((text) => checkShape(planSchema, parseShortForm(text), `--kind '${text}'`));
}

async function filePlans(path: string | undefined): Promise<Plan[]> {
  if (path === undefined) return [];
  const { dictionaries } = checkShape(planFileSchema, await readJson(path), path);
  for (const { config } of dictionaries) checkSettings(config, path);
  return dictionaries;
}

function checkSettings(config: Plan['config'], path: string): void {
  const known = ['architecture', ...settingsOf(config.architecture)];
  const wrong = Object.keys(config).find((name) => !known.includes(name));
  if (wrong === undefined) return;
  badInput(
    `${path}: a ${config.architecture} dictionary has no setting '${wrong}'`,
    `did you mean '${nearest(wrong, known)}'? There are ${known.join(', ')}`,
  );
}

/** A plan with what the command says for all, where it says nothing itself. */
function completed(
  { config, ...plan }: Plan,
  options: DictTrainOptions,
  added: Pick<DictionaryConfig, 'd_in'> & Record<string, unknown>,
): Omit<DictionaryPlan, 'name'> & { name?: string | undefined } {
  const {
    latents = 8 * added.d_in,
    resampleEvery,
    lr,
    warmup,
    decayFrom,
    sparsityWarmup,
  } = options;
  const { deadAfter, clip } = options;
  const common = {
    learningRate: lr,
    warmup,
    decayFrom,
    sparsityWarmup,
    deadAfter,
    clip,
    resample: resampleEvery === undefined ? undefined : { every: resampleEvery },
  };
  const merged = defined({ ...common, ...defined(plan) });
  const sized = { d_sae: latents, ...config, ...added };
  return { ...merged, config: sized as DictionaryConfig } as Omit<DictionaryPlan, 'name'>;
}

function defined<T extends object>(values: T): Partial<T> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Partial<T>;
}

/** Plans without a name get that of their kind, numbered where several have it. */
function withNames(
  plans: readonly (Omit<DictionaryPlan, 'name'> & { name?: string | undefined })[],
): DictionaryPlan[] {
  const counts = new Map<string, number>();
  return plans.map((plan) => {
    if (plan.name !== undefined) return { ...plan, name: plan.name };
    const kind = plan.config.architecture;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return { ...plan, name: number === 1 ? kind : `${kind}-${number}` };
  });
}
