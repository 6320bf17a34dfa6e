/** @file The work of `touchstone judge`. */
import { join } from 'node:path';
import { z } from 'zod';
import { proportionSchema } from '../../audit/index.ts';
import {
  exactJudge,
  type Judge,
  type Judgement,
  modelJudge,
  patternJudge,
} from '../../audit/judge/index.ts';
import { proportion } from '../../statistics/index.ts';
import { readTranscripts, type Transcript } from '../../store/transcript/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { JudgeOptions } from '../commands/transcripts.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { openEndpoint } from './endpoint.ts';

const judgement = z.enum(['yes', 'no', 'unclear', 'refused', 'failed']);
const count = z.number().int().min(0);

/** The published shape of what `judge --json` prints. */
export const judgingSchema = z.object({
  schema: z.literal('touchstone/judging/1'),
  judge: z.string(),
  yes: proportionSchema.describe(
    'of all transcripts; what is unclear, refused or failed is no yes',
  ),
  counts: z.record(judgement, count),
  judgements: z.array(z.object({ id: z.string(), judgement })),
});

type Judging = z.infer<typeof judgingSchema>;

/** Judges and prints. */
export async function judgeCommand(options: JudgeOptions, context: Context): Promise<number> {
  const transcripts = await readTranscripts(options.file);
  const { judge, close } = await judgeOf(options, context);
  try {
    const result = judgingOf(judge, await judged(judge, transcripts, context));
    if (options.json) printJson(context, result);
    else context.print(judgingText(result));
  } finally {
    await close();
  }
  return DONE;
}

async function judgeOf(
  { exact, regex, judge: url, judgeModel, question }: JudgeOptions,
  context: Context,
): Promise<{ judge: Judge; close: () => Promise<void> }> {
  const close = async () => {};
  if ([exact, regex, url].filter((one) => one !== undefined).length !== 1)
    badUsage('a judge is needed', 'give --exact, --regex or --judge, one of them');
  if (exact !== undefined) return { judge: exactJudge(exact), close };
  if (regex !== undefined) return { judge: patternJudge(regex), close };
  if (question === undefined) return badUsage('--judge needs --question TEXT');
  const asked = { url: url!, model: judgeModel, option: '--judge' };
  const { model, answers } = await openEndpoint(asked, join('runs', 'judge-answers'), context);
  return { judge: modelJudge(model, question), close: () => answers.close() };
}

/** Questions under way at once: the endpoint holds the rest back. */
const TOGETHER = 16;

async function judged(judge: Judge, transcripts: readonly Transcript[], context: Context) {
  const judgements: { id: string; judgement: Judgement }[] = [];
  for (let start = 0; start < transcripts.length; start += TOGETHER) {
    await context.safePoint();
    const part = transcripts.slice(start, start + TOGETHER);
    judgements.push(
      ...(await Promise.all(
        part.map(async ({ id, messages }) => {
          return { id, judgement: await judge.judge(messages.at(-1)!.content) };
        }),
      )),
    );
    const [done, total] = [judgements.length, transcripts.length];
    context.report({ task: 'judging', done, total, unit: 'transcripts' });
  }
  return judgements;
}

function judgingOf({ name }: Judge, judgements: Judging['judgements']): Judging {
  const counts = { yes: 0, no: 0, unclear: 0, refused: 0, failed: 0 };
  for (const { judgement: one } of judgements) counts[one]++;
  const yes = proportion({ successes: counts.yes, n: judgements.length });
  return { schema: 'touchstone/judging/1', judge: name, yes, counts, judgements };
}

function judgingText({ judge, yes, counts, judgements }: Judging): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const [low, high] = yes.interval;
  return [
    ...judgements.map(({ id, judgement: one }) => `${id}: ${one}`),
    `${judge}: yes to ${percent(yes.rate)} of ${yes.n} [${percent(low)}, ${percent(high)}]`,
    `no ${counts.no}, unclear ${counts.unclear}, refused ${counts.refused}, failed ${counts.failed}`,
    '',
  ].join('\n');
}
