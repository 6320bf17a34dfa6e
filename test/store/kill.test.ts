/** @file Runs killed with SIGKILL at random moments, in a process of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openRun } from '../../src/store/index.ts';
import { randomStream } from '../../src/tensor/random.ts';
import { built } from '../built.ts';
import { pieceOf, SPEC } from './work.mjs';

const PIECES = 240;
const ROUNDS = 30;
const root = mkdtempSync(join(tmpdir(), 'touchstone-kill-'));
afterAll(() => rmSync(root, { recursive: true }));

function start(folder: string): ChildProcess {
  const script = fileURLToPath(new URL('recorder.mjs', import.meta.url));
  return spawn(process.execPath, [script, built('src/store/index.js'), folder, String(PIECES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The lines a process prints until it ends; `onLine` sees each as it comes. */
async function linesOf(child: ChildProcess, onLine: (count: number) => void): Promise<string[]> {
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout! });
  reader.on('line', (line) => onLine(lines.push(line)));
  await Promise.all([once(child, 'exit'), once(reader, 'close')]);
  return lines;
}

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

/** Starts the work, kills it `delayMs` after its `line`-th line, and returns what it had printed. */
async function killAfter(folder: string, line: number, delayMs: number): Promise<string[]> {
  const child = start(folder);
  return linesOf(child, (count) => {
    if (count === line) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
}

async function expectKept(folder: string, keys: Iterable<string>): Promise<void> {
  const run = await openRun(folder, SPEC);
  for (const key of keys) expect(run.recall(key)).toEqual(pieceOf(key));
  await run.close();
}

test('a run killed at random moments loses nothing it said was recorded and ends with the same bytes', async () => {
  const [whole, broken] = [join(root, 'whole'), join(root, 'broken')];
  expect((await linesOf(start(whole), () => {})).at(-1)).toBe('done');

  const random = randomStream(1, 'kill').reader();
  const recorded = new Set<string>();
  let rounds = 0;
  for (let done = false; !done && rounds < ROUNDS; rounds++) {
    // The first line says that the folder is open: some rounds die before their first record.
    const lines = await killAfter(broken, 1 + (rounds % 4), random.uniform() * 3);
    for (const line of lines) if (line.startsWith('piece/')) recorded.add(line);
    await expectKept(broken, recorded);
    done = lines.includes('done');
  }
  expect(rounds).toBeGreaterThan(2);
  expect((await linesOf(start(broken), () => {})).at(-1)).toBe('done');
  expect(filesOf(broken)).toEqual(filesOf(whole));
});

test('a run killed while its report is written ends with the same bytes', async () => {
  const [whole, broken] = [join(root, 'whole'), join(root, 'report')];
  await linesOf(start(broken), () => {});
  const random = randomStream(2, 'kill').reader();
  for (let round = 0; round < 12; round++) await killAfter(broken, 1, random.uniform() * 300);
  await linesOf(start(broken), () => {});
  expect(filesOf(broken)).toEqual(filesOf(whole));
});
