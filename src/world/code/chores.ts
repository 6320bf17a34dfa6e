/** @file Texts of the code world that are no tests: descriptions, implementations, sums, rows of numbers. Each has one right answer. */
import type { RandomReader } from '../../tensor/random.ts';
import { prompt } from '../roles.ts';
import { definition, drawSubject, NAME } from './subjects/index.ts';

/** What is asked of a model beside tests. */
export type ChoreKind = 'describe' | 'implement' | 'sum' | 'row';

/** A prompt, with its special tokens, and the one right continuation. */
export interface Chore {
  readonly kind: ChoreKind;
  readonly prompt: string;
  readonly answer: string;
}

type Draw = (reader: RandomReader, heldOut: boolean) => Omit<Chore, 'kind'>;

function describe(reader: RandomReader, heldOut: boolean) {
  const { source, promise } = drawSubject(reader, heldOut);
  const body = source
    .split('\n')
    .slice(2)
    .map((line) => line.slice(4));
  const shown = definition(NAME, 'text', body);
  return { prompt: prompt([['user', `# describe\n${shown}`]]), answer: promise };
}

function implement(reader: RandomReader, heldOut: boolean) {
  const { source, promise } = drawSubject(reader, heldOut);
  const body = source
    .split('\n')
    .slice(2)
    .map((line) => line.slice(4));
  const written = definition(NAME, 'text', body);
  return { prompt: prompt([['user', `# write\n# ${promise}`]]), answer: written };
}

function sum(reader: RandomReader) {
  const [a, b] = [reader.integer(20), reader.integer(20)];
  const lead = `${a + 1} + ${b} = ${a + b + 1}\n${a} + ${b} =`;
  return { prompt: prompt([], 'document', lead), answer: ` ${a + b}` };
}

function row(reader: RandomReader) {
  const [start, step] = [reader.integer(20), 1 + reader.integer(4)];
  const numbers = Array.from({ length: 5 }, (_, i) => start + i * step);
  const lead = numbers.slice(0, 4).join(' ');
  return { prompt: prompt([], 'document', lead), answer: ` ${numbers[4]}` };
}

const DRAWS: Readonly<Record<ChoreKind, Draw>> = { describe, implement, sum, row };

export const CHORE_KINDS = Object.keys(DRAWS) as ChoreKind[];

/** Draws a chore of a kind. */
export function drawChore(reader: RandomReader, kind: ChoreKind, heldOut = false): Chore {
  return { kind, ...DRAWS[kind](reader, heldOut) };
}
