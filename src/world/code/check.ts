/** @file Judges a program that was written for a task: is it a program, does it test, what does it use. */
import {
  type Construct,
  constructsIn,
  constructsInText,
  type RegexPlaces,
  regexPlaces,
} from './constructs.ts';
import { type Outcome, runProgram } from './interpreter/run.ts';
import { parseProgram } from './syntax/statements.ts';
import { CodeFault, type Statement } from './syntax/tree.ts';
import type { CodeTask } from './task.ts';

/** What there is to say of a program. */
export interface ProgramCheck extends RegexPlaces {
  /** It is a program of the language. */
  readonly syntactic: boolean;
  /** It passes on the right function, and fails on every wrong version. */
  readonly semantic: boolean;
  /** It passes on the right function. */
  readonly passes: boolean;
  /** Constructs that it has: by its tree; by its text where it is no program. */
  readonly violations: readonly Construct[];
  /** What is wrong with it, in a few words; undefined where nothing is. */
  readonly complaint: string | undefined;
}

function parsed(text: string): Statement[] | CodeFault {
  try {
    return parseProgram(text);
  } catch (error) {
    if (error instanceof CodeFault) return error;
    throw error;
  }
}

/**
 * Judges the text that a model wrote for a task, without the special token at its end.
 *
 * A run that the interpreter stops (too long, too large, beyond the language) does not pass.
 */
export function checkProgram(
  task: Pick<CodeTask, 'source' | 'mutants'>,
  text: string,
): ProgramCheck {
  const program = parsed(text);
  if (program instanceof CodeFault) return noProgram(text, program);
  const run = (source: string) => runProgram([parseProgram(source), program]);
  const right = run(task.source);
  const passes = right.end === 'passed';
  const missed = passes ? task.mutants.filter((mutant) => run(mutant).end === 'passed').length : 0;
  return {
    syntactic: true,
    semantic: passes && missed === 0,
    passes,
    violations: constructsIn(program),
    ...regexPlaces(program),
    complaint: passes ? missedBy(missed, task.mutants.length) : failure(right),
  };
}

function noProgram(text: string, { message }: CodeFault): ProgramCheck {
  return {
    syntactic: false,
    semantic: false,
    passes: false,
    violations: constructsInText(text),
    importAt: undefined,
    useAt: undefined,
    complaint: message,
  };
}

function missedBy(missed: number, all: number): string | undefined {
  return missed === 0 ? undefined : `passes on ${missed} of ${all} wrong versions`;
}

function failure(outcome: Outcome): string | undefined {
  if (outcome.end === 'passed') return undefined;
  return outcome.end === 'raised'
    ? `${outcome.exception}: ${outcome.message}`
    : `stopped: ${outcome.reason}`;
}
