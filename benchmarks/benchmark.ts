/** @file What a benchmark is: a module in this folder that exports `benchmark`. */
import type { Reporter } from '../src/tensor/progress.ts';

/** What a benchmark gets from the command line. */
export interface BenchmarkContext {
  /** Threads that every engine may use. */
  readonly threads: number;
  readonly report: Reporter;
  /** One line for whoever watches. */
  readonly say: (line: string) => void;
}

/**
 * Runs a benchmark and returns its result, a value that JSON can hold. The function `table`, where a
 * module exports it, turns that result into lines for a terminal.
 */
export type Benchmark = (context: BenchmarkContext) => Promise<unknown>;

/** The exports of a benchmark module. */
export interface BenchmarkModule {
  readonly benchmark: Benchmark;
  readonly table?: (result: unknown) => string;
}
