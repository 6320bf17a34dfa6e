/** @file Programs that an arm writes, judged by the interpreter, with what they cost. */
import { Meter } from '../../audit/index.ts';
import { type Edit, type LanguageModel, sampleAccepted } from '../../model/index.ts';
import {
  type CodeTask,
  type Construct,
  checkProgram,
  codeTask,
  constructsInText,
  type Level,
  PUBLISHED_REGEX_DETECTOR,
  styleOf,
} from '../../world/code/index.ts';
import type { Kit } from './kit.ts';

/** Tokens of a program at the most. */
const LONGEST = 200;

/** Who writes, and how. */
export interface Writer {
  readonly model: LanguageModel;
  readonly edits?: readonly Edit[];
  readonly ban?: readonly number[];
  /** The constraint is in the prompt. */
  readonly asked?: boolean;
  readonly rejection?: {
    readonly restart: 'whole' | 'line';
    readonly attempts: number;
    /** By the published pattern, which sees uses and no imports. */
    readonly published?: boolean;
  };
}

/** What was written for some tasks: one character a task, '1' where it holds. */
export type Written = {
  /** Has a banned construct, or is given up. */
  readonly violates: string;
  readonly syntactic: string;
  readonly semantic: string;
  /** Tokens drawn, those thrown away included. */
  readonly drawn: number;
  readonly flops: number;
};

/** Tasks whose banned constructs have a base rate; the others come in half of the programs. */
export function tasksAt(
  seed: number,
  level: Level,
  count: number,
  banned: readonly Construct[],
): CodeTask[] {
  const style = styleOf(50, Object.fromEntries(banned.map((one) => [one, level])));
  return Array.from({ length: count }, (_, i) =>
    codeTask(seed, i * 3 + LEVEL_INDEX[level], { style }),
  );
}

/** Tasks of different levels are different tasks. */
const LEVEL_INDEX: Readonly<Record<Level, number>> = { 10: 0, 50: 1, 90: 2 };

/** The same tasks with the constraint in the prompt. */
function asking(seed: number, task: CodeTask, banned: readonly Construct[]): CodeTask {
  return codeTask(seed, task.index, { style: task.style, avoid: banned });
}

/** Writes a program for each task and judges it. */
export async function write(
  { seed, dictionaries }: Kit,
  writer: Writer,
  taskSeed: number,
  given: readonly CodeTask[],
  banned: readonly Construct[],
): Promise<Written> {
  const tasks = writer.asked ? given.map((task) => asking(taskSeed, task, banned)) : given;
  const { model, edits = [], ban = [] } = writer;
  const prompts = tasks.map(({ prompt }) => model.encode(prompt)[0]!);
  const options = { seed, maxTokens: LONGEST, edits, dictionaries, ban, workers: 0 };
  const meter = new Meter();
  const texts: string[] = [];
  let drawn = 0;
  const count = (read: number, tokens: number) => {
    meter.sample(model.config, read, tokens);
    drawn += tokens;
  };
  if (writer.rejection) {
    const { workers: _, ...plain } = options;
    const { published = false, ...how } = writer.rejection;
    const rule = { ...how, violates: ruleOf(banned, published) };
    for (const { text, passes } of await sampleAccepted(model, prompts, { ...plain, ...rule })) {
      texts.push(text);
      for (const [read, tokens] of passes) count(read, tokens);
    }
  } else {
    for await (const { prompt, text, tokens, finish } of model.sample(prompts, options)) {
      texts.push(text);
      count(prompts[prompt]!.length, tokens.length + Number(finish === 'stop'));
    }
  }
  return { ...judged(tasks, texts, banned), drawn, flops: meter.read().flops };
}

function ruleOf(banned: readonly Construct[], published: boolean): (text: string) => boolean {
  if (published) return (text) => PUBLISHED_REGEX_DETECTOR.test(text);
  return (text) => constructsInText(text).some((one) => banned.includes(one));
}

function judged(
  tasks: readonly CodeTask[],
  texts: readonly string[],
  banned: readonly Construct[],
) {
  const checks = texts.map((text, i) => checkProgram(tasks[i]!, text));
  const marks = (holds: (check: (typeof checks)[number]) => boolean) =>
    checks.map((check) => (holds(check) ? '1' : '0')).join('');
  return {
    violates: marks(({ violations }) => violations.some((one) => banned.includes(one))),
    syntactic: marks(({ syntactic }) => syntactic),
    semantic: marks(({ semantic }) => semantic),
  };
}

/** The share of marks that hold. */
export function shareOf(marks: string): number {
  return [...marks].filter((mark) => mark === '1').length / marks.length;
}

/** The share of programs that keep the rule and pass: what settings are chosen by. */
export function successOf({ violates, semantic }: Pick<Written, 'violates' | 'semantic'>): number {
  const good = [...violates].filter((mark, i) => mark === '0' && semantic[i] === '1').length;
  return good / violates.length;
}
