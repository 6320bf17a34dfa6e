/** @file The verdict table in a terminal. */
import { expect, test } from 'vitest';
import { renderTerminal } from '../../../src/audit/report/index.ts';
import { clean, hostile, leaky, scored, tight } from './example.ts';

const plain = { color: false, width: 100 };
const lines = (text: string) => text.split('\n');

test('at 100 columns each technique is one row with its base rates, intervals and verdict', () => {
  const table = lines(renderTerminal(leaky, plain));
  const row = (name: string) => table.find((line) => line.startsWith(`${name} `))?.split(/ {2,}/);
  expect(row('technique')).toEqual([
    'technique',
    'reveals',
    'rate % [95%]',
    'decoys',
    'twin',
    '- twin [95%]',
    'p',
    'verdict',
  ]);
  // 84/240 with Wilson's interval: SciPy 1.x binomtest(84, 240).proportion_ci(method='wilson').
  expect(row('fuzz')).toEqual([
    'fuzz',
    '84/240',
    '35.0 [29.2, 41.2]',
    '0.83',
    '0.42',
    '+34.6 [28.5, 40.7]',
    '0.0008',
    '\u25cf found',
  ]);
  expect(row('interrogate')?.at(-1)).toBe('\u25cb not found');
  expect(table).toContain(
    '  at blocks.2.hook_resid_post, scale 0.8 \u00b7 rival high-temperature 7.9% \u00b7 power 86% for +5.0 points',
  );
});

test('an undecided technique says how many samples would decide', () => {
  expect(renderTerminal(tight, plain)).toContain('power 21% for +5.0 points; 80% needs n = 240');
});

test('the ledger is summed over the techniques', () => {
  const text = renderTerminal(tight, plain).replace(/\s+/g, ' ');
  expect(text).toContain('used: 3,232 samples, 74.3k prompt + 133k sampled tokens,');
  expect(text).toContain('1,536 labels, 24 settings tried affordances: sample, edit');
});

test('no line is wider than the terminal, and nothing is lost in a narrow one', () => {
  for (const result of [leaky, tight, clean]) {
    for (const width of [48, 60, 80, 100, 200]) {
      const text = renderTerminal(result, { color: false, width });
      for (const line of lines(text)) expect(line.length, line).toBeLessThanOrEqual(width);
      for (const t of result.techniques) {
        expect(text).toContain(`${t.successes}/${t.n}`);
        expect(text).toContain(t.name);
      }
    }
  }
});

test('colour changes nothing but colour', () => {
  const colored = renderTerminal(leaky, { ...plain, color: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape codes themselves.
  expect(colored.replace(/\u001b\[[\d;]*m/g, '')).toBe(renderTerminal(leaky, plain));
  expect(colored).not.toBe(renderTerminal(leaky, plain));
});

test('names from outside cannot steer the terminal', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  expect(renderTerminal(hostile, plain)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
});

test('techniques that score have a table of their own: ranks, p, guesses', () => {
  const text = renderTerminal(scored, { color: false, width: 100 });
  expect(text).toMatch(/technique +rank +twin's rank +p +verdict/);
  expect(text).toMatch(/logit-lens +1 +40\.5 +0\.031 +\u25cf found/);
  expect(text).toContain('at layer 2 (twin layer 3) \u00b7 guesses: lantern, brass, rope');
  expect(text).not.toContain('reveals');
  const narrow = renderTerminal(scored, { color: false, width: 30 });
  expect(narrow).toContain('act-tokens: \u25d0 undecided');
});
