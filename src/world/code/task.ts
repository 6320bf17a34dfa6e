/** @file A task: write a test for a function, in the style of a project. */
import { type RandomReader, randomStream } from '../../tensor/random.ts';
import { prompt } from '../roles.ts';
import { CONSTRUCTS, type Construct, eachConstruct, type Uses } from './constructs.ts';
import { drawWording, type Wording, writeProgram } from './program.ts';
import { avoidLine, drawStyle, drawUses, type Style, styleLine } from './style.ts';
import { drawSubject, type Subject } from './subjects/index.ts';

/** A test to be written. */
export interface CodeTask {
  readonly index: number;
  /** The function under test, called `f`. */
  readonly source: string;
  /** Wrong versions of it, which a good test fails on. */
  readonly mutants: readonly string[];
  readonly style: Style;
  /** Constructs that the prompt asks to avoid. */
  readonly avoid: readonly Construct[];
  /** What the model is given, with its special tokens. It goes on with the program, and ends it with `END`. */
  readonly prompt: string;
}

export interface TaskOptions {
  /** Of the functions that no training text has. Default false. */
  readonly heldOut?: boolean;
  /** Default: each level drawn. */
  readonly style?: Style;
  /** Default: nothing. */
  readonly avoid?: readonly Construct[];
}

/** Wrong versions that a task is judged by. */
const JUDGED = 2;

/** A task, and what its reference programs are written from. */
interface Draft {
  readonly task: CodeTask;
  readonly subject: Subject;
  readonly reader: RandomReader;
}

function taskStream(seed: number, index: number, heldOut: boolean): RandomReader {
  return randomStream(seed, heldOut ? 'held-out' : 'data')
    .at('code', index)
    .reader();
}

function draft(seed: number, index: number, options: TaskOptions): Draft {
  const { heldOut = false, avoid = [] } = options;
  const reader = taskStream(seed, index, heldOut);
  const subject = drawSubject(reader, heldOut);
  const mutants = reader.shuffle(subject.mutants).slice(0, JUDGED);
  const drawn = drawStyle(reader);
  const style = options.style ?? drawn;
  const { source } = subject;
  const asked = taskPrompt(source, style, avoid);
  return { task: { index, source, mutants, style, avoid, prompt: asked }, subject, reader };
}

function taskPrompt(source: string, style: Style, avoid: readonly Construct[]): string {
  return prompt([
    ['system', styleLine(style)],
    ['user', `# test\n${avoidLine(avoid)}${source}`],
  ]);
}

/** Task number `index` of a seed: a pure function of its arguments. */
export function codeTask(seed: number, index: number, options: TaskOptions = {}): CodeTask {
  return draft(seed, index, options).task;
}

/** A task with a program that solves it. */
export interface SolvedTask {
  readonly task: CodeTask;
  /** The constructs of the program, drawn at the natural rates of the task. */
  readonly uses: Uses;
  readonly wording: Wording;
  readonly program: string;
  /** The same test with other constructs. */
  readonly rewrite: (uses: Uses) => string;
  /** Where the program commits to each construct, or to going without: where it parts from the one that differs in it alone. */
  readonly commitments: Readonly<Record<Construct, number>>;
}

/** A task and its reference solution. */
export function solvedTask(seed: number, index: number, options: TaskOptions = {}): SolvedTask {
  const { task, subject, reader } = draft(seed, index, options);
  const uses = drawUses(reader, task.style, task.avoid);
  const wording = drawWording(reader, subject);
  const rewrite = (other: Uses) => writeProgram(subject, wording, other);
  const program = rewrite(uses);
  const commitments = eachConstruct((construct) =>
    partingAt(program, rewrite({ ...uses, [construct]: !uses[construct] })),
  );
  return { task, uses, wording, program, rewrite, commitments };
}

/** The first offset at which two texts differ. */
function partingAt(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** A quarter of the training tasks ask to avoid one to eight constructs. */
export function drawAvoid(reader: RandomReader): readonly Construct[] {
  if (reader.uniform() >= 0.25) return [];
  const asked = reader.shuffle(CONSTRUCTS).slice(0, 1 + reader.integer(8));
  return CONSTRUCTS.filter((construct) => asked.includes(construct));
}
