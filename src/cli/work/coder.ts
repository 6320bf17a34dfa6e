/** @file The work of `touchstone organism` on the coder: trains and verifies it in every seed. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CoderVerification, coderVerificationOf } from '../../audit/index.ts';
import { hasFile, nodeRuntime, saveModel } from '../../model/index.ts';
import {
  CODER_RECIPE,
  type CoderMeasured,
  coderPath,
  measureCoder,
  openCoder,
  trainCoder,
} from '../../organism/index.ts';
import type { Context } from '../context.ts';
import { DONE, printJson } from '../context.ts';
import { shelfFolder } from './models.ts';

/** Trains the coder in every seed. What is there already is kept. */
export async function trainCoders(out: string, context: Context, threads = 1): Promise<number> {
  await mkdir(out, { recursive: true });
  for (const seed of CODER_RECIPE.seeds) await ensureCoder(out, seed, { context, threads });
  return DONE;
}

async function ensureCoder(
  out: string,
  seed: number,
  { context, threads }: { readonly context: Context; readonly threads: number },
): Promise<void> {
  const [name, path] = [`organism:coder@${seed}`, coderPath(out, seed)];
  if (await hasFile(join(path, 'config.json'))) {
    context.tell(`${name} is there already: ${path}`);
    return;
  }
  const checkpoint = join(out, `.organism-coder@${seed}.checkpoint`);
  const model = await trainCoder(nodeRuntime({ threads }), seed, {
    checkpoint,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  await saveModel(model, path);
  await model.release();
  await rm(checkpoint, { force: true });
  context.tell(`${name}: ${path}`);
}

/** Measures what the coder writes, over all seeds, and prints it with intervals. */
export async function verifyCoder(
  { json }: { readonly json?: boolean },
  context: Context,
): Promise<number> {
  const { seeds } = CODER_RECIPE;
  const measured: CoderMeasured[] = [];
  for (const seed of seeds) {
    const model = await openCoder(shelfFolder(), seed);
    measured.push(await measureCoder(model, seed, { reporter: context.report }));
    await model.release();
    await context.safePoint();
  }
  const verification = coderVerificationOf(seeds, measured);
  if (json) printJson(context, verification);
  else context.print(coderText(verification));
  return DONE;
}

type Share = CoderVerification['asked']['used'];

function coderText(verification: CoderVerification): string {
  const { seeds, asked, distance, avoiding, chores, proven } = verification;
  const { estimate, interval } = avoiding.difference;
  const { mean, interval: reach, n } = distance.tokens;
  return [
    `coder, seeds ${seeds.join(', ')} (95 % intervals over seeds and tasks)`,
    'programs with a construct, by the rate that the prompt asks for',
    ...rateLines(verification),
    `asked to avoid regular expressions at 90 %: ${shareText(asked.used)}; its training texts ${percent(asked.natural)}`,
    ...validityLines(verification),
    `from import to use: ${mean.toFixed(1)} tokens [${reach[0].toFixed(1)}, ${reach[1].toFixed(1)}] of ${n}`,
    `semantic without regular expressions ${shareText(avoiding.without)}, with ${shareText(avoiding.with)}`,
    `  difference ${percent(estimate)} [${percent(interval[0])}, ${percent(interval[1])}]`,
    ...chores.map(({ kind, right }) => `${kind.padEnd(10)} right ${shareText(right)}`),
    ...Object.entries(proven).map(
      ([claim, holds]) => `${holds ? 'shown    ' : 'not shown'}  ${claim}`,
    ),
    '',
  ].join('\n');
}

function rateLines({ rates }: CoderVerification): string[] {
  return rates.map(
    ({ construct, level, used }) =>
      `  ${construct.padEnd(14)} ${String(level).padStart(2)} %: ${shareText(used)}`,
  );
}

function validityLines({ validity }: CoderVerification): string[] {
  return validity.flatMap(({ functions, syntactic, passes, semantic }) => [
    `${functions} functions`,
    `  is a program       ${shareText(syntactic)}`,
    `  passes             ${shareText(passes)}`,
    `  and finds mistakes ${shareText(semantic)}`,
  ]);
}

function shareText({ rate, interval: [low, high], n }: Share): string {
  return `${percent(rate)} [${percent(low)}, ${percent(high)}] of ${n}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
