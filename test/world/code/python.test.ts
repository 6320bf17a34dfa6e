/** @file The interpreter beside Python: the same programs end alike. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CodeFault, parseProgram } from '../../../src/world/code/index.ts';
import { runProgram } from '../../../src/world/code/interpreter/run.ts';

/** What test/fixtures/code/make.py saw CPython do. */
const { programs } = JSON.parse(readFileSync('test/fixtures/code/programs.json', 'utf8')) as {
  programs: { program: string; end: string }[];
};

function endOf(program: string): string {
  try {
    const outcome = runProgram([parseProgram(program)]);
    if (outcome.end === 'stopped') return `stopped: ${outcome.reason}`;
    return outcome.end === 'raised' ? outcome.exception : 'passed';
  } catch (error) {
    if (error instanceof CodeFault) return 'syntax';
    throw error;
  }
}

test.each(programs)('$end in Python, and here: $program', ({ program, end }) => {
  expect(endOf(program)).toBe(end);
});
