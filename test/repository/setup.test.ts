/** @file The set-up builds a clone when that is due, keeps quiet otherwise, and never twice at once. */
import { type ExecFileException, execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const file of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    copyFileSync(join(project, file), join(clone, file));
  }
  for (const folder of ['scripts', 'bin']) {
    // The set-up itself; the other scripts are part of what it would build.
    const filter = (path: string) => statSync(path).isDirectory() || path.endsWith('.mjs');
    cpSync(join(project, folder), join(clone, folder), { recursive: true, filter });
  }
  symlinkSync(join(project, 'node_modules'), join(clone, 'node_modules'), 'dir');
  write('src/cli/main.ts', 'console.log(JSON.stringify(process.argv.slice(2)));');
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(clone, path, '..'), { recursive: true });
  writeFileSync(join(clone, path), `${text}\n`);
}

interface Outcome {
  readonly status: ExecFileException['code'];
  readonly stdout: string;
  readonly stderr: string;
}

function touchstone(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const command = [join(clone, 'bin/touchstone.mjs'), ...args];
    execFile(process.execPath, command, (error, stdout, stderr) => {
      resolve({ status: error ? error.code : 0, stdout, stderr });
    });
  });
}

test('the first call builds and says so on stderr alone; the next one is silent', async () => {
  const first = await touchstone('audit', '--json');
  expect(first).toEqual({
    status: 0,
    stdout: '["audit","--json"]\n',
    stderr: 'touchstone: building (tsc)\n',
  });
  expect(await touchstone('x')).toEqual({ status: 0, stdout: '["x"]\n', stderr: '' });
});

test('a changed source is built, and a deleted one leaves dist', async () => {
  write('src/tensor/old.ts', 'export const old = 1;');
  await touchstone();
  expect(existsSync(join(clone, 'dist/src/tensor/old.js'))).toBe(true);
  rmSync(join(clone, 'src/tensor/old.ts'));
  write('src/cli/main.ts', "console.log('changed');");
  expect((await touchstone()).stdout).toBe('changed\n');
  expect(existsSync(join(clone, 'dist/src/tensor/old.js'))).toBe(false);
});

test('outputs that were deleted come back', async () => {
  await touchstone();
  rmSync(join(clone, 'dist'), { recursive: true });
  rmSync(join(clone, '.build/src'), { recursive: true });
  expect((await touchstone('y')).stdout).toBe('["y"]\n');
});

test('of three calls at once one builds and all run', async () => {
  const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => touchstone(name)));
  expect(outcomes.map(({ stdout }) => stdout)).toEqual(['["a"]\n', '["b"]\n', '["c"]\n']);
  expect(outcomes.filter(({ stderr }) => stderr.includes('building'))).toHaveLength(1);
});

test('the lock of a process that died is taken over', async () => {
  // No process has this id: it is above the largest that Linux and macOS give.
  write('.build/lock', '2147483646');
  expect(await touchstone('z')).toMatchObject({ status: 0, stdout: '["z"]\n' });
  expect(existsSync(join(clone, '.build/lock'))).toBe(false);
});

test('a type error is shown at every call until it is mended', async () => {
  write('src/tensor/wrong.ts', "export const n: number = 'text';");
  for (const _ of [1, 2]) expect((await touchstone()).stderr).toMatch(/wrong\.ts.*TS2322/);
  write('src/tensor/wrong.ts', 'export const n = 1;');
  await touchstone();
  expect((await touchstone()).stderr).toBe('');
});

test('a lockfile that is no JSON is one clear line and status 4', async () => {
  write('package-lock.json', '{');
  const { status, stdout, stderr } = await touchstone();
  expect([status, stdout]).toEqual([4, '']);
  expect(stderr).toMatch(/^touchstone: .*package-lock\.json is not readable JSON/);
});
