/** @file Progress as it appears on a terminal and in a log. */
import { expect, test } from 'vitest';
import { duration, progressDisplay } from '../../src/cli/progress.ts';

/** A display on a clock and an output that the test holds. */
function display(redraws: boolean, columns = 80) {
  const clock = { ms: 0 };
  const written: string[] = [];
  const shown = progressDisplay({
    write: (text) => void written.push(text),
    redraws,
    columns: () => columns,
    now: () => clock.ms,
  });
  return { ...shown, clock, written };
}

const step = (done: number, task = 'fuzz') => ({ task, done, total: 2000, unit: 'samples' });
const ERASE = '\r\u001b[K';

test('a terminal shows one line with bar, rate and time left, redrawn at most ten times a second', () => {
  const { report, clock, written } = display(true);
  for (clock.ms = 0; clock.ms < 10_000; clock.ms += 10) report(step(clock.ms / 10));
  expect(written.length).toBeLessThanOrEqual(101);
  expect(written.length).toBeGreaterThan(90);
  expect(written.at(-1)).toBe(
    `${ERASE}fuzz \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2591\u2591\u2591\u2591\u2591\u2591\u2591\u2591\u2591\u2591\u2591 49% 990/2,000 samples, 100/s, 0:10 left`,
  );
  expect(written.join('')).not.toContain('\n');
});

test('elsewhere a task has a line at most every five seconds, and one at its end', () => {
  const { report, clock, written } = display(false);
  for (clock.ms = 0; clock.ms <= 20_000; clock.ms += 10) report(step(clock.ms / 10));
  expect(written).toEqual([
    'fuzz: 500/2,000 samples, 100/s, 0:15 left\n',
    'fuzz: 1,000/2,000 samples, 100/s, 0:10 left\n',
    'fuzz: 1,500/2,000 samples, 100/s, 0:05 left\n',
    'fuzz: 2,000 samples in 0:20, 100/s\n',
  ]);
});

test('the rate counts what was done since the start, not what a resumed run had done before', () => {
  const { report, clock, written } = display(false);
  report(step(1000));
  clock.ms = 10_000;
  report(step(1100));
  expect(written).toEqual(['fuzz: 1,100/2,000 samples, 10/s, 1:30 left\n']);
});

test('a message stands on its own line and the bar is drawn again below it', () => {
  const { report, tell, clear, clock, written } = display(true);
  clock.ms = 200;
  report(step(1));
  tell('note');
  clear();
  const bar = written[0]!;
  expect(written).toEqual([bar, ERASE, 'note\n', bar, ERASE]);
});

test('a finished task leaves one line, also while another has the bar', () => {
  const { report, clock, written } = display(true);
  report(step(0));
  report(step(0, 'twin'));
  clock.ms = 2000;
  report({ ...step(2000), note: 'loss 2.31' });
  const bar = written[1]!;
  expect(written.slice(2)).toEqual([
    ERASE,
    'fuzz: 2,000 samples in 0:02, 1.00k/s, loss 2.31\n',
    bar,
  ]);
});

test('a bar is never wider than the terminal', () => {
  const { report, written } = display(true, 30);
  report(step(7));
  expect(written[0]!.length - ERASE.length).toBeLessThan(30);
});

test('durations', () => {
  expect([0.4, 7, 65, 3723].map(duration)).toEqual(['0:00', '0:07', '1:05', '1:02:03']);
});
