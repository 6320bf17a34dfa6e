/** @file The built program as a process: output, errors, exit status, signals, pipes. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { sampleSize } from '../../src/statistics/index.ts';
import { built } from '../built.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-cli-'));
afterAll(() => rmSync(root, { recursive: true }));

const PROGRAM = [built('src/cli/main.js')];
const LONG = [
  fileURLToPath(new URL('long.mjs', import.meta.url)),
  built('src/cli/run.js'),
  built('src/store/index.js'),
];

function run(
  program: readonly string[],
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

test('--version prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(run(PROGRAM, ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('help goes to stdout; without a command it goes to stderr with status 2', () => {
  const help = run(PROGRAM, ['--help']);
  expect([help.status, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('Exit status: 0 done');
  expect(run(PROGRAM, [])).toEqual({ status: 2, stdout: '', stderr: help.stdout });
  expect(run(PROGRAM, ['help', 'power']).stdout).toContain('$ touchstone power 0.7% 0.1%');
});

test('wrong use is told in two lines with the nearest name, and has status 2', () => {
  const told = (...args: string[]) => {
    const { status, stdout, stderr } = run(PROGRAM, args);
    expect([status, stdout]).toEqual([2, '']);
    return stderr;
  };
  expect(told('pwer', '1', '2')).toBe(
    "touchstone: unknown command 'pwer'\nhint: did you mean power?\n",
  );
  expect(told('power', '0.1', '0.01', '--aplha', '1')).toBe(
    "touchstone: unknown option '--aplha'\nhint: did you mean --alpha?\n",
  );
  expect(told('power', '0.1', 'high')).toBe(
    "touchstone: P2 is 'high'; expected a share from 0 to 1, such as 0.05 or 5%\n",
  );
  expect(told('power', '0.1')).toContain("touchstone: missing required argument 'p2'\n");
  expect(told('power', '0.1', '0.2')).toContain('expected P1 above P2');
});

test('--json prints exactly one JSON document', () => {
  const { status, stdout, stderr } = run(PROGRAM, ['power', '0.7%', '0.1%', '--json']);
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ p1: 0.007, samplesPerArm: sampleSize(0.007, 0.001) });
});

test('power answers in words, and for a given number of samples', () => {
  const asked = run(PROGRAM, ['power', '0.05', '0.01', '-n', '200']);
  expect(asked.stdout).toMatch(/^200 samples per arm find 5\.0% above 1\.0% with power \d\d%/);
});

test('a fault of the program is one line with status 4, its stack only on request', () => {
  const plain = run(LONG, ['fault']);
  expect([plain.status, plain.stdout]).toEqual([4, '']);
  expect(plain.stderr).toMatch(/^touchstone: unexpected error: a fault in two lines\nhint: .*\n$/);
  expect(run(LONG, ['fault'], { TOUCHSTONE_DEBUG: '1' }).stderr).toContain('long.mjs:');
});

test('Ctrl-C stops at the next safe point with status 130, and the same command goes on', async () => {
  const folder = join(root, 'stopped');
  const child = spawn(process.execPath, [...LONG, 'long', folder, '2000']);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!stderr.includes('under way') && (stderr + text).includes('under way'))
      child.kill('SIGINT');
    stderr += text;
  });
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(stderr.trim().split('\n')).toEqual([
    'under way',
    'touchstone: stopping after the work in hand; once more stops at once',
    'touchstone: stopped; run the same command to go on',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'run.json']);
  const recorded = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n').length;
  const again = run(LONG, ['long', folder, String(recorded + 5)]);
  expect([again.status, again.stdout]).toEqual([0, `${recorded}\n`]);
});

test('a run folder in use by another process is refused with status 4', async () => {
  const folder = join(root, 'used');
  const child = spawn(process.execPath, [...LONG, 'long', folder, '100000']);
  await once(child.stderr, 'data');
  const { status, stderr } = run(LONG, ['long', folder, '3']);
  expect(status).toBe(4);
  expect(stderr).toContain(`touchstone: the folder ${folder} is in use by process ${child.pid}\n`);
  child.kill('SIGKILL');
  await once(child, 'close');
});

test('a reader that leaves early is no error', async () => {
  const child = spawn(process.execPath, [...LONG, 'flood']);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(stderr).toBe('');
});
