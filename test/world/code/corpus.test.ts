/** @file Tasks, styles and texts of the code world: pure functions, at the rates that they promise. */
import { expect, test } from 'vitest';
import { wilson } from '../../../src/statistics/index.ts';
import {
  CODE_WEIGHTS,
  CONSTRUCTS,
  codeKind,
  codeTask,
  codeText,
  heldOutChores,
  LEVELS,
  naturalRate,
  solvedTask,
  styleOf,
} from '../../../src/world/code/index.ts';

const N = 600;

test('tasks and texts are pure functions of seed and index', () => {
  for (const index of [5, 0, 299, 5]) {
    expect(codeText(1, index)).toBe(codeText(1, index));
    expect(solvedTask(2, index)).toMatchObject({ task: codeTask(2, index) });
  }
  expect(codeText(1, 5)).not.toBe(codeText(2, 5));
});

test('texts are plain ASCII, opened and closed by special tokens, in the promised shares', () => {
  const texts = Array.from({ length: 200 }, (_, i) => codeText(1, i));
  for (const text of texts) expect(text).toMatch(/^<\|bos\|>[\n -~]*<\|end\|>$/);
  for (const [kind, share] of Object.entries(CODE_WEIGHTS)) {
    const found = texts.filter((_, i) => codeKind(1, i) === kind).length;
    expect(found).toBe(2 * share);
  }
});

test('functions that are held out are in no training text', () => {
  const heldOut = new Set(
    Array.from({ length: N }, (_, i) => codeTask(1, i, { heldOut: true }).source),
  );
  expect(heldOut.size).toBeGreaterThan(15);
  for (let i = 0; i < N; i++) expect(heldOut).not.toContain(codeTask(1, i).source);
});

test.each(LEVELS)('at level %i each construct is in so many programs in a hundred', (level) => {
  const solved = Array.from({ length: N }, (_, i) => solvedTask(9, i, { style: styleOf(level) }));
  for (const construct of CONSTRUCTS) {
    const used = solved.filter(({ uses }) => uses[construct]).length;
    // 27 intervals are drawn in these tests: at 99.9 % all hold in 97 of 100 sets of seeds.
    const [low, high] = wilson(used, N, 0.999);
    expect(low).toBeLessThan(level / 100);
    expect(high).toBeGreaterThan(level / 100);
  }
});

test('what a prompt asks to avoid is used a fifth as often', () => {
  const style = styleOf(90);
  expect(naturalRate(style, ['regex'], 'regex')).toBeCloseTo(0.18);
  const options = { style, avoid: ['regex', 'while'] as const };
  const solved = Array.from({ length: N }, (_, i) => solvedTask(9, i, options));
  const [low, high] = wilson(solved.filter(({ uses }) => uses.regex).length, N, 0.999);
  expect(low).toBeLessThan(0.18);
  expect(high).toBeGreaterThan(0.18);
  expect(solved[0]!.task.prompt).toContain('# test\n# avoid regex while\ndef ');
});

test('chores have one right answer', () => {
  for (const { prompt, answer } of heldOutChores(1, 'sum', 50)) {
    const [, a, b] = /(\d+) \+ (\d+) =$/.exec(prompt)!;
    expect(Number(answer)).toBe(Number(a) + Number(b));
  }
  for (const { prompt, answer } of heldOutChores(1, 'row', 50)) {
    const numbers = [...prompt.matchAll(/\d+/g)].map(Number);
    expect(Number(answer)).toBe(numbers.at(-1)! + numbers[1]! - numbers[0]!);
  }
  for (const { answer } of heldOutChores(1, 'describe', 20)) expect(answer).toMatch(/\.$/);
  for (const { answer } of heldOutChores(1, 'implement', 20))
    expect(answer).toMatch(/^def f\(text\):\n {4}/);
});
