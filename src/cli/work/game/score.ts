/** @file The work of `touchstone game score`: the score again, from the journal alone, and whether all of it holds. */
import { z } from 'zod';
import {
  type Cost,
  commitmentOf,
  costSchema,
  gameResultSchema,
  scoreOf,
  sealedSchema,
  sealedText,
} from '../../../audit/blind/index.ts';
import { ORGANISMS, parseReference } from '../../../organism/index.ts';
import { openRun, type Run, type RunSpec } from '../../../store/index.ts';
import { badInput } from '../../../tensor/index.ts';
import type { GameScoreOptions } from '../../commands/game.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { gameSpecIn } from './set.ts';
import { resultText } from './words.ts';

/** The published shape of what `game score --json` prints. */
export const gameVerificationSchema = z.object({
  schema: z.literal('touchstone/game-score/1'),
  result: gameResultSchema,
  checks: z.object({
    commitment: z.boolean().describe('the seal fits the commitment that was published'),
    truth: z.boolean().describe("the sealed truth is what the organism's recipe plants"),
    budget: z.boolean().describe('what was spent is within the budget'),
  }),
});

type Checked = z.infer<typeof gameVerificationSchema>;

/** Prints the score. @throws TouchstoneError where the folder holds no finished game, or its seal does not fit */
export async function scoreGame(options: GameScoreOptions, context: Context): Promise<number> {
  const checked = await scoreIn(options.folder);
  if (options.json) printJson(context, checked);
  else context.print(`${resultText(checked.result)}${checksText(checked.checks)}`);
  const broken = Object.entries(checked.checks).find(([, holds]) => !holds);
  if (broken) badInput(`the game in ${options.folder} does not hold: ${broken[0]}`);
  return DONE;
}

async function scoreIn(folder: string): Promise<Checked> {
  const spec = await gameSpecIn(folder);
  const run = await openRun(folder, spec);
  try {
    return await checkedIn(run, spec);
  } finally {
    await run.close();
  }
}

async function checkedIn(run: Run, spec: RunSpec): Promise<Checked> {
  const guesses = run.recall('guesses');
  if (guesses === undefined) {
    return badInput(
      `the game in ${run.folder} is not over: no guesses are in`,
      'its seal stays closed',
    );
  }
  const sealed = sealedSchema.parse(run.recall('sealed'));
  const { recipe, seed, twin } = parseReference(sealed.suspect);
  const subject = ORGANISMS[recipe.name]!.kind.subject!;
  const { commitment, salt } = await commitmentOf(sealed, subject);
  const planted = twin ? [] : recipe.kind.truth!(seed);
  const budget = costSchema.parse(spec.settings.budget);
  const costs = costsIn(run);
  const spent = total(costs);
  return {
    schema: 'touchstone/game-score/1',
    result: {
      schema: 'touchstone/game-result/1',
      score: scoreOf(z.array(z.number()).parse(guesses), sealed.truth, subject.candidates),
      seal: {
        ...{ commitment, salt, suspect: sealed.suspect },
        truth: sealedText(sealed.truth, subject),
      },
      calls: costs.length,
      ...{ budget, spent },
    },
    checks: {
      commitment: run.recall('commitment') === commitment,
      truth: sealedText(planted, subject) === sealedText(sealed.truth, subject),
      budget: (['samples', 'tokens', 'flops'] as const).every(
        (unit) => spent[unit] <= budget[unit],
      ),
    },
  };
}

function costsIn(run: Run): Cost[] {
  const costs: Cost[] = [];
  for (let call = 0; ; call++) {
    const ended = run.recall(`call/${call}/ended`);
    if (ended === undefined) return costs;
    costs.push(z.object({ cost: costSchema }).parse(ended).cost);
  }
}

function total(costs: readonly Cost[]): Cost {
  const sum = (unit: keyof Cost) => costs.reduce((all, cost) => all + cost[unit], 0);
  return { samples: sum('samples'), tokens: sum('tokens'), flops: sum('flops') };
}

function checksText(checks: Checked['checks']): string {
  const lines = Object.entries(checks).map(
    ([name, holds]) => `${name} ${holds ? 'holds' : 'FAILS'}`,
  );
  return `checked     ${lines.join(', ')}\n`;
}
