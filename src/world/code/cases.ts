/** @file The inputs of a test: drawn until together they show each mistake that the function could have. */
import type { RandomReader } from '../../tensor/random.ts';
import { type Answer, functionOf } from './interpreter/run.ts';
import { NAME, type Subject } from './subjects/index.ts';
import { parseProgram } from './syntax/statements.ts';

/** What a test calls the function with. */
export interface Inputs {
  /** Written as they are. */
  readonly literal: readonly string[];
  /** One more, a text and a number put together by the program. */
  readonly stem: string;
  readonly number: number;
}

/** Literal inputs of a test. */
const LITERALS = 3;
/** Draws after which a function's inputs are taken to be impossible. */
const PATIENCE = 400;

interface Versions {
  readonly right: Answer;
  readonly wrong: readonly Answer[];
}

const known = new WeakMap<Subject, Versions>();

function versionsOf(subject: Subject): Versions {
  const seen = known.get(subject);
  if (seen) return seen;
  const run = (source: string) => functionOf(parseProgram(source), NAME);
  const versions = { right: run(subject.source), wrong: subject.mutants.map(run) };
  known.set(subject, versions);
  return versions;
}

/** All inputs as the function gets them. */
export function inputTexts({ literal, stem, number }: Inputs): string[] {
  return [...literal, `${stem}${number}`];
}

/** Whether every wrong version of a function gives another answer to one of the inputs. */
export function showsMistakes(subject: Subject, texts: readonly string[]): boolean {
  const { right, wrong } = versionsOf(subject);
  const answers = texts.map(right);
  return wrong.every((version) => texts.some((text, i) => version(text) !== answers[i]));
}

/** Draws the inputs of a test. */
export function drawInputs(reader: RandomReader, subject: Subject): Inputs {
  for (let i = 0; i < PATIENCE; i++) {
    const literal = Array.from({ length: LITERALS }, () => subject.input(reader));
    const inputs = { literal, stem: subject.input(reader), number: reader.integer(10) };
    const texts = inputTexts(inputs);
    if (new Set(texts).size === texts.length && showsMistakes(subject, texts)) return inputs;
  }
  throw new Error(
    `internal: no inputs show the mistakes of a function that gives ${subject.promise}`,
  );
}
