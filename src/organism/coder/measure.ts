/** @file Measures a coder: what it writes for tasks that are new to it, and what it answers to chores. */
import type { LanguageModel, Sample } from '../../model/index.ts';
import { type Reporter, silent } from '../../tensor/index.ts';
import {
  CHORE_KINDS,
  type ChoreKind,
  type CodeTask,
  type Construct,
  checkProgram,
  codeTask,
  heldOutChores,
  type ProgramCheck,
  styleOf,
} from '../../world/code/index.ts';

/** A program that a coder wrote. */
export interface CoderSample {
  readonly seed: number;
  readonly task: CodeTask;
  /** Whether the function under test is in no training text. */
  readonly heldOut: boolean;
  readonly check: ProgramCheck;
  /** From the import of `re` to its first use; undefined where there is none. */
  readonly distance: { readonly tokens: number; readonly lines: number } | undefined;
}

/** An answer to a chore. */
export interface CoderAnswer {
  readonly seed: number;
  readonly kind: ChoreKind;
  readonly number: number;
  readonly right: boolean;
}

/** Everything that was measured of a coder. */
export interface CoderMeasured {
  /** Tasks in styles drawn at random. */
  readonly samples: readonly CoderSample[];
  /** Tasks of projects that often use regular expressions, whose prompt asks to avoid them. */
  readonly asked: readonly CoderSample[];
  readonly answers: readonly CoderAnswer[];
}

export interface CoderOptions {
  /** Tasks in styles drawn at random, half of them about functions that are new. Default 120. */
  readonly tasks?: number;
  /** Tasks that ask to avoid regular expressions. Default 40. */
  readonly asked?: number;
  /** Chores of each kind. Default 20. */
  readonly chores?: number;
  readonly reporter?: Reporter;
}

/** Of the tasks, which are the same for all coders: no training uses it. */
const EXAM = 1_000_000;

/** Tokens of a program at the most. */
const LONGEST = 220;

/** Tasks number 0 and up; every second is about a function that is in no training text. */
function examTasks(count: number, avoid: readonly Construct[] = []): CodeTask[] {
  const style = avoid.length > 0 ? { style: styleOf(90) } : {};
  return Array.from({ length: count }, (_, i) =>
    codeTask(EXAM, i, { heldOut: isHeldOut(i), avoid, ...style }),
  );
}

function isHeldOut(index: number): boolean {
  return index % 2 === 1;
}

/** Measures the coder of a seed. */
export async function measureCoder(
  model: LanguageModel,
  seed: number,
  { tasks = 120, asked = 40, chores = 20, reporter = silent }: CoderOptions = {},
): Promise<CoderMeasured> {
  return {
    samples: await written(model, seed, examTasks(tasks), reporter),
    asked: await written(model, seed, examTasks(asked, ['regex']), reporter),
    answers: await answers(model, seed, chores, reporter),
  };
}

async function written(
  model: LanguageModel,
  seed: number,
  tasks: readonly CodeTask[],
  reporter: Reporter,
): Promise<CoderSample[]> {
  const samples: CoderSample[] = [];
  const prompts = tasks.map(({ prompt }) => model.encode(prompt)[0]!);
  for await (const sample of model.sample(prompts, { seed, maxTokens: LONGEST, reporter })) {
    const task = tasks[sample.prompt]!;
    const check = checkProgram(task, sample.text);
    const distance = distanceIn(model, sample, check);
    samples.push({ seed, task, heldOut: isHeldOut(task.index), check, distance });
  }
  return samples;
}

function distanceIn(
  model: LanguageModel,
  { tokens, text }: Sample,
  { importAt, useAt }: ProgramCheck,
): CoderSample['distance'] {
  if (importAt === undefined || useAt === undefined) return undefined;
  const before = (offset: number) => {
    let at = 0;
    return tokens.findIndex((id) => {
      at += model.tokenizer!.tokenOf(id)!.length;
      return at > offset;
    });
  };
  return {
    tokens: before(useAt) - before(importAt),
    lines: text.slice(importAt, useAt).split('\n').length - 1,
  };
}

/** Greedy answers, right where they are the one right answer to the letter. */
async function answers(
  model: LanguageModel,
  seed: number,
  count: number,
  reporter: Reporter,
): Promise<CoderAnswer[]> {
  const chores = CHORE_KINDS.flatMap((kind) => heldOutChores(EXAM, kind, count));
  const prompts = chores.map(({ prompt }) => model.encode(prompt)[0]!);
  const options = { temperature: 0, maxTokens: 80, reporter };
  const found: CoderAnswer[] = [];
  for await (const { prompt, text } of model.sample(prompts, options)) {
    const { kind, answer } = chores[prompt]!;
    found.push({ seed, kind, number: prompt % count, right: text === answer });
  }
  return found;
}
