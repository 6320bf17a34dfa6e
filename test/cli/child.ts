/** @file Commands run two ways: as a process of their own, and in this process with what they print kept. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Context, Perform } from '../../src/cli/context.ts';
import { endingOf } from '../../src/cli/failure.ts';
import { programOf, type Register } from '../../src/cli/run.ts';
import { built } from '../built.ts';

const PROGRAM = built('src/cli/main.js');

/** A folder for this test file. */
export function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-cli-'));
  afterAll(() => rmSync(root, { recursive: true }));
  return root;
}

/** What a finished command left. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program to its end. */
export function touchstone(args: readonly string[], cwd?: string): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    ...(cwd !== undefined && { cwd }),
  });
  return { status, stdout, stderr };
}

/** Starts the built program, with further environment variables. */
export function startTouchstone(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, [PROGRAM, ...args], {
    stdio: [...stdio],
    env: { ...process.env, ...env },
  });
}

/** What a started program leaves when it ends. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}

/** Runs a command line in this process with one command: what it printed and told, and how it ends. */
export async function commandLine(
  register: Register,
  args: readonly string[],
  fields: Partial<Context> = {},
): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  let status: number | null = null;
  const context: Context = {
    print: (text) => {
      stdout += text;
    },
    tell: (line) => {
      stderr += `${line}\n`;
    },
    report: () => {},
    signal: new AbortController().signal,
    safePoint: async () => {},
    color: false,
    width: 100,
    ...fields,
  };
  const perform: Perform = async (work) => {
    status = await work(context);
  };
  try {
    await programOf([register], perform).parseAsync(args, { from: 'user' });
    return { status, stdout, stderr };
  } catch (error) {
    const ending = endingOf(error, false);
    return { status: ending.status, stdout, stderr: `${stderr}${ending.lines.join('\n')}\n` };
  }
}
