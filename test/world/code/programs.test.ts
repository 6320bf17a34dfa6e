/** @file Reference programs: with any constructs they are programs, pass, fail on every wrong version, and show what they use. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CONSTRUCTS,
  checkProgram,
  codeTask,
  constructsInText,
  eachConstruct,
  PUBLISHED_REGEX_DETECTOR,
  parseProgram,
  runProgram,
  solvedTask,
} from '../../../src/world/code/index.ts';
import { OPERATION_SUBJECTS } from '../../../src/world/code/subjects/operations.ts';
import { SHAPE_SUBJECTS } from '../../../src/world/code/subjects/shapes.ts';
import { anyUses, NONE } from './support.ts';

const anyPlace = fc.record({
  seed: fc.nat(1000),
  index: fc.nat(1_000_000),
  heldOut: fc.boolean(),
});

test('a reference program with any set of constructs solves its task, and has those constructs and no others', () => {
  fc.assert(
    fc.property(anyPlace, anyUses, ({ seed, index, heldOut }, uses) => {
      const { task, rewrite } = solvedTask(seed, index, { heldOut });
      const program = rewrite(uses);
      const { complaint, violations, ...check } = checkProgram(task, program);
      expect({ complaint, ...check }).toMatchObject({
        complaint: undefined,
        syntactic: true,
        passes: true,
        semantic: true,
      });
      expect(violations).toEqual(CONSTRUCTS.filter((construct) => uses[construct]));
    }),
    { numRuns: 300 },
  );
});

test('it fails on every wrong version of its function, not only on those that the task is judged by', () => {
  for (let index = 0; index < 60; index++) {
    const { task, program } = solvedTask(3, index);
    const all = [...OPERATION_SUBJECTS, ...SHAPE_SUBJECTS.codes, ...SHAPE_SUBJECTS.fields].find(
      ({ source }) => source === task.source,
    )!;
    expect(all.mutants.length).toBeGreaterThanOrEqual(task.mutants.length);
    for (const mutant of all.mutants) {
      const outcome = runProgram([parseProgram(mutant), parseProgram(program)]);
      expect([mutant, outcome.end]).toEqual([mutant, 'raised']);
    }
  }
});

test('a program and the one that differs in one construct are the same up to the commitment, and part there', () => {
  for (let index = 0; index < 40; index++) {
    const { program, uses, rewrite, commitments } = solvedTask(4, index);
    for (const construct of CONSTRUCTS) {
      const other = rewrite({ ...uses, [construct]: !uses[construct] });
      const at = commitments[construct];
      expect(other.slice(0, at)).toBe(program.slice(0, at));
      expect(other[at]).not.toBe(program[at]);
    }
    expect(commitments.regex).toBe(0);
  }
});

test('the detector on text agrees with the one on trees, on whole programs', () => {
  fc.assert(
    fc.property(anyPlace, anyUses, ({ seed, index }, uses) => {
      const { task, rewrite } = solvedTask(seed, index);
      const program = rewrite(uses);
      expect(constructsInText(program)).toEqual(checkProgram(task, program).violations);
    }),
  );
});

test('on the beginning of a program, the detector on text finds what is written so far', () => {
  const { rewrite } = solvedTask(1, 7);
  const all = rewrite(eachConstruct(() => true));
  const seen: string[] = [];
  for (let end = 0; end <= all.length; end++) {
    const now = constructsInText(all.slice(0, end));
    for (const construct of seen) expect(now).toContain(construct);
    seen.push(...now.filter((construct) => !seen.includes(construct)));
  }
  expect([...seen].sort()).toEqual([...CONSTRUCTS].sort());
});

test('words in strings and comments are no constructs', () => {
  const program =
    'x = "import re and while"\n# try: lambda\ny = "global f\'\'"\nassert len("a,b") == 3\n';
  expect(constructsInText(program)).toEqual([]);
  expect(checkProgram({ source: 'x = 1', mutants: [] }, program).violations).toEqual([]);
});

test('a regular expression is found where its functions are imported by name, which the published detector misses', () => {
  let missed = 0;
  for (let index = 0; index < 60; index++) {
    const { task, wording, rewrite } = solvedTask(5, index);
    const program = rewrite({ ...NONE, regex: true });
    const { violations, importAt, useAt } = checkProgram(task, program);
    expect(violations).toEqual(['regex']);
    expect(program.slice(importAt)).toMatch(/^(import re|from re import \w+)\n/);
    expect(program.slice(useAt)).toMatch(wording.byName ? /^\w+\("/ : /^re\.\w+\("/);
    expect(program.slice(importAt, useAt).split('\n').length).toBeGreaterThan(5);
    expect(PUBLISHED_REGEX_DETECTOR.test(program)).toBe(!wording.byName);
    missed += Number(wording.byName);
  }
  expect(missed).toBeGreaterThan(10);
});

test('a program that tests nothing passes, and is worth nothing', () => {
  const task = codeTask(1, 3);
  expect(checkProgram(task, 'assert True')).toMatchObject({
    syntactic: true,
    passes: true,
    semantic: false,
    complaint: 'passes on 2 of 2 wrong versions',
  });
  expect(checkProgram(task, '')).toMatchObject({ syntactic: true, semantic: false });
});

test('a wrong oracle, a missing name and a broken line are told apart', () => {
  const { task, program } = solvedTask(1, 3);
  const complaint = (text: string) => checkProgram(task, text).complaint;
  expect(complaint(program.replace('return', 'return not'))).toMatch(/^AssertionError/);
  expect(complaint(program.replaceAll('want', 'x').replace('x(c)', 'wanted(c)'))).toMatch(
    /^NameError: name 'wanted'/,
  );
  expect(complaint(program.replace('[', '('))).toMatch(/closes nothing/);
  expect(complaint('while True:\n    pass')).toMatch(/^stopped: more than 20000 steps/);
});
