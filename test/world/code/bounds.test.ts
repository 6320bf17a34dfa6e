/** @file Whatever a model writes, the interpreter ends soon, and lines and blocks can be cut. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blocksOf,
  CodeFault,
  checkProgram,
  codeTask,
  linesOf,
  parseProgram,
  runProgram,
  solvedTask,
} from '../../../src/world/code/index.ts';
import { anyUses } from './support.ts';

const reasonOf = (program: string) => {
  const outcome = runProgram([parseProgram(program)]);
  return outcome.end === 'stopped' ? outcome.reason : outcome.end;
};

test.each([
  ['while True:\n    pass', /steps/],
  ['def f():\n    return f()\nf()', /deep/],
  ['x = [1]\nfor i in x:\n    x.append(i)', /parts/],
  ['x = "a"\nwhile True:\n    x += x', /parts/],
  ['x = "a" * 1000000', /parts/],
  ['x = [0] * 1000000', /parts/],
  ['x = 9\nwhile True:\n    x *= x', /53 bits/],
  ['x = list(range(1000000000))', /parts/],
  ['try:\n    while True:\n        pass\nexcept:\n    pass', /steps/],
  ['import re\nre.search("(a*)*b", "aaaa")', /repeated group/],
  ['import re\nre.search("a*a*a*a*a*b", "aaaa")', /too many/],
  ['import re\nre.search("a{1,500}", "aaaa")', /hundred/],
  ['import re\nre.search("a", "a" * 500)', /characters/],
  ['import re\nre.search("(?=a)", "a")', /beyond/],
])('%s is stopped', (program, reason) => {
  expect(reasonOf(program)).toMatch(reason);
});

test('the slowest pattern that is let through ends within the bounds', () => {
  // 4 repetitions over 200 characters: about 200^4 / 24 places if the engine tried them all.
  const slow = 'import re\nassert re.search("a*a*a*a*b", "a" * 60) is None';
  expect(reasonOf(slow)).toBe('passed');
});

/** A program with characters taken out, doubled or replaced. */
const mangled = fc
  .record({
    index: fc.nat(100_000),
    uses: anyUses,
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(12),
        put: fc.constantFrom(
          '',
          ' ',
          '\n',
          '    ',
          '"',
          '(',
          ')',
          ']',
          ':',
          ',',
          'not ',
          '+',
          're',
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ index, uses, cuts }) => {
    const { task, rewrite } = solvedTask(1, index);
    let text = rewrite(uses);
    for (const { at, length, put } of cuts) {
      const start = Math.floor(at * text.length);
      text = text.slice(0, start) + put + text.slice(start + length);
    }
    return { task, text };
  });

test('mangled programs are judged without a crash', () => {
  fc.assert(
    fc.property(mangled, ({ task, text }) => {
      const { syntactic, passes, semantic } = checkProgram(task, text);
      expect(semantic && !passes).toBe(false);
      expect(passes && !syntactic).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('any text at all is a program or a fault with a place in it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      try {
        parseProgram(text);
      } catch (error) {
        expect(error).toBeInstanceOf(CodeFault);
        expect((error as CodeFault).at).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('lines and blocks are the text in pieces', () => {
  fc.assert(
    fc.property(fc.nat(100_000), anyUses, (index, uses) => {
      const program = solvedTask(1, index).rewrite(uses);
      for (const partsOf of [linesOf, blocksOf]) {
        const pieces = partsOf(program).map(({ from, to }) => program.slice(from, to));
        expect(pieces.join('')).toBe(program);
      }
      expect(linesOf(program).length).toBe(program.split('\n').length);
      for (const { from } of blocksOf(program)) expect(program[from]).toMatch(/[a-z]/);
    }),
  );
  expect(linesOf('')).toEqual([]);
  expect(blocksOf('')).toEqual([]);
  expect(codeTask(1, 1).prompt).toMatch(/<\|assistant\|>$/);
});
