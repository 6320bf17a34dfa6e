/** @file An experiment: a question, pieces of work that can be taken up after a crash, and a conclusion. */
import type { Journal } from '../audit/index.ts';
import type { Shelf } from '../organism/index.ts';
import { type Reporter, type Runtime, silent } from '../tensor/index.ts';
import type { ExperimentResult, Finding, Size, Statement, Table } from './statement.ts';

/** Plain JSON. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** All that an experiment's outcome depends on beside the code, plain JSON. */
export type Settings = Readonly<Record<string, Json>>;

/** What a piece of work gets. */
export interface Bench {
  readonly runtime: Runtime;
  /** The shipped models. */
  readonly shelf: Shelf;
  readonly reporter: Reporter;
  /** Lets the user stop; throws then. */
  readonly safePoint: () => Promise<void>;
}

/** What an earlier piece gave, by its key. @throws Error where no earlier piece has the key */
export type Before<Value> = (key: string) => Value;

/** One piece of work: a function of its key, the settings and earlier pieces alone. */
export interface Piece<Value> {
  /** Names it among the experiment's, such as 'gated, lambda 0.1, seed 3'. */
  readonly key: string;
  run(bench: Bench, before: Before<Value>): Promise<Value>;
}

/** What the numbers say. */
export interface Conclusion {
  readonly tables: readonly Table[];
  readonly findings: readonly Finding[];
}

/** One question, written down before it is asked. `Value` is what a piece gives: plain JSON. */
export interface Experiment<S extends Settings = Settings, Value = unknown> {
  readonly name: string;
  readonly statement: Statement;
  /** The same code at the size of the table and at one that CI can afford. */
  settings(size: Size): S;
  pieces(settings: S): readonly Piece<Value>[];
  /** @param values of the pieces, in their order */
  conclude(settings: S, values: readonly Value[]): Conclusion;
}

/** How an experiment is run. */
export interface RunOptions {
  readonly size: Size;
  readonly journal: Journal;
  readonly runtime: Runtime;
  readonly shelf: Shelf;
  readonly version: string;
  readonly reporter?: Reporter;
  readonly safePoint?: () => Promise<void>;
}

/** Runs an experiment, piece by piece; pieces that the journal has are not run again. */
export async function runExperiment<S extends Settings, Value>(
  experiment: Experiment<S, Value>,
  options: RunOptions,
): Promise<ExperimentResult> {
  const { size, version, reporter = silent } = options;
  const settings = experiment.settings(size);
  const pieces = experiment.pieces(settings);
  const values = new Map<string, Value>();
  for (const piece of pieces) {
    const note = piece.key;
    reporter({
      task: experiment.name,
      done: values.size,
      total: pieces.length,
      unit: 'pieces',
      note,
    });
    values.set(piece.key, await pieceOf(piece, values, options));
  }
  const { tables, findings } = experiment.conclude(settings, [...values.values()]);
  return {
    schema: 'touchstone/experiment-result/1',
    experiment: experiment.name,
    command: `touchstone experiment run ${experiment.name}${size === 'quick' ? ' --quick' : ''}`,
    size,
    version,
    statement: experiment.statement,
    settings: settings as ExperimentResult['settings'],
    tables: [...tables],
    findings: [...findings],
  };
}

async function pieceOf<Value>(
  piece: Piece<Value>,
  values: ReadonlyMap<string, Value>,
  { journal, runtime, shelf, reporter = silent, safePoint = async () => {} }: RunOptions,
): Promise<Value> {
  const kept = journal.recall(piece.key);
  if (kept !== undefined) return kept as Value;
  const before = (key: string): Value => {
    if (!values.has(key)) throw new Error(`internal: no piece '${key}' before '${piece.key}'`);
    return values.get(key) as Value;
  };
  const value = await piece.run({ runtime, shelf, reporter, safePoint }, before);
  // What a resumed run would read is what this run goes on with.
  const read = JSON.parse(JSON.stringify(value)) as Value;
  await journal.record(piece.key, read);
  await safePoint();
  return read;
}
