/** @file Activations of a coder over reference programs, with what the world knows of each position: whether a construct comes next. */
import type { Rows } from '../../dictionary/index.ts';
import type { LanguageModel } from '../../model/index.ts';
import { type Construct, solvedTask } from '../../world/code/index.ts';
import { END, PAD } from '../../world/index.ts';

/** A position after which a program commits to a construct, or to going without it. */
export interface Decision {
  readonly row: number;
  readonly uses: boolean;
}

/** Rows of activations, one for each position of the programs, prompts included. */
export interface Labelled {
  readonly rows: Rows;
  /** For each construct, one decision of each program. */
  readonly decisions: Readonly<Partial<Record<Construct, readonly Decision[]>>>;
  /** Tokens of the answers, with whether the program uses each construct. */
  readonly answers: readonly {
    readonly tokens: readonly number[];
    readonly uses: readonly Construct[];
  }[];
}

/** Programs that the model reads at once. */
const TOGETHER = 16;

interface Program {
  readonly tokens: readonly number[];
  readonly answerAt: number;
  readonly uses: readonly Construct[];
  /** The position before the token that commits, of each construct. */
  readonly before: Readonly<Partial<Record<Construct, number>>>;
}

function programOf(
  model: LanguageModel,
  seed: number,
  index: number,
  constructs: readonly Construct[],
): Program {
  const { task, uses, program, rewrite } = solvedTask(seed, index);
  const encode = (text: string) => model.encode(task.prompt + text + END)[0]!;
  const tokens = encode(program);
  const before = constructs.map((construct) => {
    const other = encode(rewrite({ ...uses, [construct]: !uses[construct] }));
    // The first token that differs commits; the position before it is where that is decided.
    const at = tokens.findIndex((token, i) => token !== other[i]);
    return [construct, at - 1] as const;
  });
  return {
    tokens,
    answerAt: model.encode(task.prompt)[0]!.length,
    uses: constructs.filter((construct) => uses[construct]),
    before: Object.fromEntries(before),
  };
}

/** Reads programs 0 to `count` of a seed of tasks, in styles drawn at random. */
export async function labelledPrograms(
  model: LanguageModel,
  { seed, count, read }: { seed: number; count: number; read: string },
  constructs: readonly Construct[],
): Promise<Labelled> {
  const programs = Array.from({ length: count }, (_, i) => programOf(model, seed, i, constructs));
  const starts: number[] = [];
  const parts: Float32Array[] = [];
  let rows = 0;
  for (const { tokens } of programs) {
    starts.push(rows);
    rows += tokens.length;
  }
  for (let i = 0; i < count; i += TOGETHER) {
    parts.push(...(await activationsOf(model, programs.slice(i, i + TOGETHER), read)));
  }
  const decisions = constructs.map((construct) => [
    construct,
    programs.map(({ before, uses }, i) => {
      return { row: starts[i]! + before[construct]!, uses: uses.includes(construct) };
    }),
  ]);
  return {
    rows: joined(parts, model.config.hidden_size),
    decisions: Object.fromEntries(decisions),
    answers: programs.map(({ tokens, answerAt, uses }) => {
      return { tokens: tokens.slice(answerAt), uses };
    }),
  };
}

/** Padding behind a text changes nothing before it. */
async function activationsOf(
  model: LanguageModel,
  programs: readonly Program[],
  read: string,
): Promise<Float32Array[]> {
  const longest = Math.max(...programs.map(({ tokens }) => tokens.length));
  const pad = model.tokenizer!.idOf(PAD);
  const padded = programs.map(({ tokens }) =>
    Array.from({ length: longest }, (_, i) => tokens[i] ?? pad),
  );
  const { activations } = await model.run(padded, { read: [read], logits: false });
  const { data } = activations[read]!;
  const width = data.length / (padded.length * longest);
  return programs.map(({ tokens }, row) =>
    data.slice(row * longest * width, (row * longest + tokens.length) * width),
  );
}

function joined(parts: readonly Float32Array[], width: number): Rows {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, width };
}

/** Some rows by number. */
export function rowsAt({ data, width }: Rows, numbers: readonly number[]): Rows {
  const out = new Float32Array(numbers.length * width);
  numbers.forEach(
    (row, i) => void out.set(data.subarray(row * width, (row + 1) * width), i * width),
  );
  return { data: out, width };
}

/** For each row, whether a construct comes next. */
export function comesNext({ rows, decisions }: Labelled, construct: Construct): boolean[] {
  const labels = new Array<boolean>(rows.data.length / rows.width).fill(false);
  for (const { row, uses } of decisions[construct]!) labels[row] = uses;
  return labels;
}
