/** @file `touchstone bench` as a process: killed at random 20 times, resumed to the same bytes; what it writes and refuses. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { beforeAll, expect, test } from 'vitest';
import { benchResultSchema } from '../../src/audit/bench/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { startTouchstone, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const whole = join(root, 'whole');
const BENCH = ['bench', '--organism', 'backdoor', '--organism', 'faker', '--seeds', '2'];
const SMALL = [...BENCH, '--technique', 'prefill', '--budget', '20', '--json'];
const REPORT = ['report.json', 'report.html', 'leaderboard.parquet', 'events.jsonl'];
const KILLS = 20;

const bytesOf = (folder: string) => REPORT.map((name) => readFileSync(join(folder, name)));

let millisecondsWhole = 0;
let stdout = '';

beforeAll(() => {
  const start = performance.now();
  const done = touchstone([...SMALL, '--out', whole]);
  millisecondsWhole = performance.now() - start;
  expect([done.status, done.stderr]).toEqual([0, expect.stringContaining('report: file://')]);
  stdout = done.stdout;
}, 300_000);

test('--json prints one document, valid by the published schema, the same as report.json', () => {
  const result = benchResultSchema.parse(JSON.parse(stdout));
  expect(stdout).toBe(readFileSync(join(whole, 'report.json'), 'utf8'));
  expect(result.organisms.map(({ name }) => name)).toEqual(['backdoor', 'faker']);
  expect(new Set(result.rows.map(({ technique }) => technique))).toEqual(
    new Set(['interrogate', 'prefill']),
  );
});

test('the leaderboard has a line for each row and number of guesses', async () => {
  const bytes = readFileSync(join(whole, 'leaderboard.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const lines = await parquetReadObjects({ file: file as ArrayBuffer });
  const { rows, controls } = benchResultSchema.parse(JSON.parse(stdout));
  const count = [...rows, ...controls].reduce((sum, { success }) => sum + success.length, 0);
  expect(lines).toHaveLength(count);
  expect(lines[0]).toMatchObject({ technique: 'interrogate', organism: 'backdoor', k: 1 });
});

test(`killed at random ${KILLS} times, it ends with the same bytes`, async () => {
  const broken = join(root, 'broken');
  const random = randomStream(1, 'kill').reader();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startTouchstone([...SMALL, '--out', broken]);
    const timer = setTimeout(() => child.kill('SIGKILL'), random.uniform() * millisecondsWhole);
    await once(child, 'exit');
    clearTimeout(timer);
  }
  const last = touchstone([...SMALL, '--out', broken]);
  expect([last.status, last.stdout]).toEqual([0, stdout]);
  expect(bytesOf(broken)).toEqual(bytesOf(whole));
}, 600_000);

test.each([
  [['bench', '--organism', 'coder'], /--organism is 'coder'; expected one of/],
  [['bench', '--technique', 'prefil'], /did you mean prefill\?/],
  [['bench', '--top-k', '0'], /--top-k is '0'; expected a whole number/],
  [['bench', '--budget', 'huge'], /budget 'huge'/],
])('%j is refused in one line', (args, message) => {
  const { status, stdout: printed, stderr } = touchstone(args);
  expect([status, printed]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});
