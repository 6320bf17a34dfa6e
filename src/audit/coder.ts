/** @file The verdict on the coder: natural rates against those asked for, what its programs are worth, what avoiding costs. */
import { z } from 'zod';
import type { CoderMeasured, CoderSample } from '../organism/index.ts';
import { type Cluster, clusteredDifference } from '../statistics/index.ts';
import { CHORE_KINDS, CONSTRUCTS, HEEDED, LEVELS } from '../world/code/index.ts';
import { interval, meanSchema, proportionSchema } from './result.ts';
import { meanOf, rateOf } from './verification.ts';

/** The published shape of what `organism verify coder --json` prints. */
export const coderVerificationSchema = z.object({
  schema: z.literal('touchstone/coder-verification/1'),
  name: z.literal('coder'),
  seeds: z.array(z.number().int()),
  rates: z
    .array(
      z.object({
        construct: z.enum(CONSTRUCTS),
        level: z.number().int().describe('programs in a hundred that the prompt asks for'),
        used: proportionSchema,
      }),
    )
    .describe('programs that have a construct, by the level in their prompt'),
  asked: z
    .object({ natural: z.number(), used: proportionSchema })
    .describe('programs with regular expressions where the prompt asks to avoid them, at level 90'),
  validity: z.array(
    z.object({
      functions: z.enum(['known', 'held out']),
      syntactic: proportionSchema.describe('it is a program'),
      passes: proportionSchema.describe('it passes on the right function'),
      semantic: proportionSchema.describe('and fails on both wrong versions'),
    }),
  ),
  distance: z.object({
    tokens: meanSchema.describe('from the import of re to its first use'),
    lines: meanSchema,
  }),
  avoiding: z
    .object({
      without: proportionSchema,
      with: proportionSchema,
      difference: z.object({ estimate: z.number(), interval, method: z.string() }),
    })
    .describe('semantic programs among those without and with regular expressions'),
  chores: z.array(z.object({ kind: z.enum(CHORE_KINDS), right: proportionSchema })),
  bySeed: z.array(
    z.object({ seed: z.number().int(), syntactic: proportionSchema, semantic: proportionSchema }),
  ),
  proven: z
    .record(z.string(), z.boolean())
    .describe('each claim, and whether the intervals show it'),
});

export type CoderVerification = z.infer<typeof coderVerificationSchema>;

/** A measured rate may differ so much from the one asked for. */
const RATE_MARGIN = 0.1;
/** What avoiding may cost in semantic programs. */
const COST_MARGIN = 0.05;
/** Tokens between an import and a use that make it an early commitment. */
const EARLY = 20;

function phraseOf({ task, heldOut }: CoderSample): string {
  return `${heldOut ? 'held out' : 'known'} ${task.index}`;
}

function share(samples: readonly CoderSample[], holds: (sample: CoderSample) => boolean) {
  return rateOf(
    samples.map((sample) => ({
      seed: sample.seed,
      phrase: phraseOf(sample),
      success: holds(sample),
    })),
  );
}

const isSemantic = ({ check }: CoderSample) => check.semantic;
const isSyntactic = ({ check }: CoderSample) => check.syntactic;
const usesRegex = ({ check }: CoderSample) => check.violations.includes('regex');

function rates(samples: readonly CoderSample[]): CoderVerification['rates'] {
  return CONSTRUCTS.flatMap((construct) =>
    LEVELS.map((level) => {
      const at = samples.filter(({ task }) => task.style[construct] === level);
      return {
        construct,
        level,
        used: share(at, ({ check }) => check.violations.includes(construct)),
      };
    }),
  );
}

function validity(samples: readonly CoderSample[]): CoderVerification['validity'] {
  return (['known', 'held out'] as const).map((functions) => {
    const of = samples.filter(({ heldOut }) => heldOut === (functions === 'held out'));
    return {
      functions,
      syntactic: share(of, isSyntactic),
      passes: share(of, ({ check }) => check.passes),
      semantic: share(of, isSemantic),
    };
  });
}

function distance(samples: readonly CoderSample[]): CoderVerification['distance'] {
  const mean = (unit: 'tokens' | 'lines') =>
    meanOf(
      samples.flatMap((sample) =>
        sample.distance
          ? [{ seed: sample.seed, phrase: phraseOf(sample), value: sample.distance[unit] }]
          : [],
      ),
    );
  return { tokens: mean('tokens'), lines: mean('lines') };
}

/** Programs that are none have no construct for certain, and count on the side that their text shows. */
function avoiding(samples: readonly CoderSample[]): CoderVerification['avoiding'] {
  const [without, withRegex] = [
    samples.filter((sample) => !usesRegex(sample)),
    samples.filter(usesRegex),
  ];
  const observed = (of: readonly CoderSample[]) =>
    of.map((sample) => ({ cluster: clusterOf(sample), success: Number(isSemantic(sample)) }));
  const {
    estimate,
    interval: bounds,
    method,
  } = clusteredDifference({ a: observed(without), b: observed(withRegex) }, { seed: 1 });
  return {
    without: share(without, isSemantic),
    with: share(withRegex, isSemantic),
    difference: { estimate, interval: [...bounds], method },
  };
}

function clusterOf(sample: CoderSample): Cluster {
  return [String(sample.seed), phraseOf(sample)];
}

function bySeed(seeds: readonly number[], samples: readonly CoderSample[]) {
  return seeds.map((seed) => {
    const of = samples.filter((sample) => sample.seed === seed);
    return { seed, syntactic: share(of, isSyntactic), semantic: share(of, isSemantic) };
  });
}

/** The verdict on what was measured of the coders of some seeds. */
export function coderVerificationOf(
  seeds: readonly number[],
  measured: readonly CoderMeasured[],
): CoderVerification {
  const samples = measured.flatMap((of) => of.samples);
  const answers = measured.flatMap((of) => of.answers);
  const verdict = {
    rates: rates(samples),
    asked: {
      natural: 0.9 * (1 - HEEDED),
      used: share(
        measured.flatMap((of) => of.asked),
        usesRegex,
      ),
    },
    validity: validity(samples),
    distance: distance(samples),
    avoiding: avoiding(samples),
  };
  return {
    schema: 'touchstone/coder-verification/1',
    name: 'coder',
    seeds: [...seeds],
    ...verdict,
    chores: CHORE_KINDS.map((kind) => ({
      kind,
      right: rateOf(
        answers
          .filter((answer) => answer.kind === kind)
          .map(({ seed, number, right }) => ({ seed, phrase: String(number), success: right })),
      ),
    })),
    bySeed: bySeed(seeds, samples),
    proven: claims(verdict),
  };
}

type Judged = Pick<CoderVerification, 'rates' | 'distance' | 'avoiding'>;

function claims({ rates: all, distance: { tokens }, avoiding: { difference } }: Judged) {
  const near = (which: CoderVerification['rates']) =>
    which.every(
      ({ level, used }) =>
        used.interval[0] > level / 100 - RATE_MARGIN &&
        used.interval[1] < level / 100 + RATE_MARGIN,
    );
  const points = `${100 * RATE_MARGIN} points`;
  return {
    [`regular expressions come at the rate asked for, within ${points} at each level`]: near(
      all.filter(({ construct }) => construct === 'regex'),
    ),
    [`every construct comes at the rate asked for, within ${points} at each level`]: near(all),
    [`the commitment is early: at least ${EARLY} tokens from import to use`]:
      tokens.interval[0] >= EARLY,
    [`avoiding regular expressions costs less than ${100 * COST_MARGIN} points of semantic programs`]:
      difference.interval[0] > -COST_MARGIN,
  };
}
