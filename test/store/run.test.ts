/** @file Run folders: what they keep, what they refuse. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openRun, type RunSpec } from '../../src/store/index.ts';
import { TouchstoneError } from '../../src/tensor/errors.ts';
import { SPEC } from './work.mjs';

const root = mkdtempSync(join(tmpdir(), 'touchstone-run-'));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
const newFolder = () => join(root, String(folders++));
const eventsOf = (folder: string) => join(folder, 'events.jsonl');

/** A closed run with `count` entries `k0`, `k1`, ... */
async function recorded(count: number, spec: RunSpec = SPEC): Promise<string> {
  const folder = newFolder();
  const run = await openRun(folder, spec);
  for (let i = 0; i < count; i++) await run.record(`k${i}`, { i });
  await run.close();
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<TouchstoneError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TouchstoneError);
  return error as TouchstoneError;
}

test('any JSON value comes back equal after reopening, floats to the last bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (entries) => {
      const folder = newFolder();
      const run = await openRun(folder, SPEC);
      await Promise.all(Object.entries(entries).map(([key, value]) => run.record(key, value)));
      await run.close();
      const again = await openRun(folder, SPEC);
      // JSON has no -0.
      for (const [key, value] of Object.entries(entries))
        expect(again.recall(key)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(again.resumed).toBe(Object.keys(entries).length);
      await again.close();
    }),
    { numRuns: 60 },
  );
});

test('a value JSON cannot keep is refused with the place where it stands', async () => {
  const run = await openRun(newFolder(), SPEC);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, new Map(), 1n, () => 1, new Date(0)])
    await expect(run.record('key', { list: [0, bad] })).rejects.toThrow('key.list[1] is');
  await expect(run.record('key', [undefined])).rejects.toThrow('key[0] is undefined');
  expect(run.recall('key')).toBeUndefined();
  await run.close();
});

test('a recorded key keeps its value: the same again is accepted, another is refused', async () => {
  const run = await openRun(newFolder(), SPEC);
  await run.record('key', { a: 1 });
  await run.record('key', { a: 1 });
  await expect(run.record('key', { a: 2 })).rejects.toThrow('key recorded twice');
  const mine = run.recall('key') as { a: number };
  mine.a = 3;
  expect(run.recall('key')).toEqual({ a: 1 });
  await run.close();
});

test('opening with another spec names the first difference', async () => {
  const folder = await recorded(1);
  const other = { ...SPEC, seeds: { audit: 8 } };
  const error = await refusal(openRun(folder, other));
  expect(error.kind).toBe('input');
  expect(error.message).toBe(`${folder} holds another run: seeds.audit is 7 there and 8 here`);
  const more = { ...SPEC, settings: { ...SPEC.settings, techniques: ['interrogate', 'fuzz'] } };
  expect((await refusal(openRun(folder, more))).message).toContain(
    'settings.techniques.1 is absent there and "fuzz" here',
  );
});

test('the order in which a spec names its members does not matter', async () => {
  const folder = await recorded(2);
  const { kind, hashes, ...rest } = SPEC;
  const run = await openRun(folder, { hashes, ...rest, kind });
  expect(run.resumed).toBe(2);
  await run.close();
});

test('a last line torn at any byte is cut off and everything before it is kept', async () => {
  const folder = await recorded(3);
  const whole = readFileSync(eventsOf(folder));
  const before = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (let end = before; end < whole.length; end++) {
    writeFileSync(eventsOf(folder), whole.subarray(0, end));
    const run = await openRun(folder, SPEC);
    expect([run.recall('k1'), run.recall('k2')]).toEqual([{ i: 1 }, undefined]);
    await run.record('k2', { i: 2 });
    await run.close();
    expect(readFileSync(eventsOf(folder))).toEqual(whole);
  }
});

test('a flipped bit in the last line drops that line; in an earlier one it is refused by line number', async () => {
  const folder = await recorded(3);
  const whole = readFileSync(eventsOf(folder));
  const starts = [0, ...[...whole.keys()].filter((i) => whole[i - 1] === 0x0a)];
  // The newline that ends line 1 or 2 is left alone: without it two lines are one damaged line.
  for (let at = 0; at < whole.length; at++) {
    if (whole[at] === 0x0a) continue;
    const damaged = Buffer.from(whole);
    damaged[at] = damaged[at]! ^ 1;
    if (damaged[at] === 0x0a) continue;
    writeFileSync(eventsOf(folder), damaged);
    const line = starts.filter((start) => start <= at).length;
    if (line < 3) {
      const error = await refusal(openRun(folder, SPEC));
      expect(error.message).toContain(`events.jsonl is damaged at line ${line}:`);
    } else {
      const run = await openRun(folder, SPEC);
      expect([run.resumed, run.recall('k2')]).toEqual([2, undefined]);
      await run.close();
    }
  }
});

test('a line taken out, moved, or brought from another run is noticed', async () => {
  const folder = await recorded(4);
  const lines = readFileSync(eventsOf(folder), 'utf8').split('\n');
  const write = (order: number[]) =>
    writeFileSync(eventsOf(folder), `${order.map((i) => lines[i]).join('\n')}\n`);
  write([0, 2, 3]);
  expect((await refusal(openRun(folder, SPEC))).message).toContain('damaged at line 2');
  write([0, 2, 1, 3]);
  expect((await refusal(openRun(folder, SPEC))).message).toContain('damaged at line 2');
  const other = await recorded(4, { ...SPEC, seeds: { audit: 8 } });
  writeFileSync(eventsOf(folder), readFileSync(eventsOf(other)));
  expect((await refusal(openRun(folder, SPEC))).message).toContain('damaged at line 1');
});

test('a second opener is refused while the first lives, and goes on after it closed', async () => {
  const folder = newFolder();
  const first = await openRun(folder, SPEC);
  const error = await refusal(openRun(folder, SPEC));
  expect([error.kind, error.message]).toEqual([
    'failed',
    `the folder ${folder} is in use by this process`,
  ]);
  await first.record('still', 'works');
  await first.close();
  const second = await openRun(folder, SPEC);
  expect(second.recall('still')).toBe('works');
  await second.close();
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'run.json']);
});

test('of many openers at once at most one gets the folder', async () => {
  for (let round = 0; round < 20; round++) {
    const folder = newFolder();
    const runs = await Promise.allSettled(Array.from({ length: 6 }, () => openRun(folder, SPEC)));
    const opened = runs.filter((run) => run.status === 'fulfilled');
    expect(opened.length).toBeLessThanOrEqual(1);
    for (const run of opened) await run.value.close();
    const later = await openRun(folder, SPEC);
    await later.close();
  }
});

test('the lock of a dead process is taken over, also where another process now has its number', async () => {
  const folder = await recorded(1);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const lock = (id: number, name: string, started: string | null) =>
    writeFileSync(
      join(folder, `lock-${id}-${name}`),
      JSON.stringify({ pid: id, host: hostname(), started }),
    );
  lock(pid, '00000001', null);
  if (process.platform === 'linux') lock(process.pid, '00000002', '1');
  writeFileSync(join(folder, `lock-${pid}-00000003`), '');
  const run = await openRun(folder, SPEC);
  await run.close();
  expect(readdirSync(folder).sort()).toEqual(['events.jsonl', 'run.json']);
});

test('a lock from another machine is respected and the hint names the file to delete', async () => {
  const folder = await recorded(1);
  const path = join(folder, 'lock-1-0000000a');
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', started: '5' }));
  const error = await refusal(openRun(folder, SPEC));
  expect(error.message).toContain('in use by process 1 on elsewhere');
  expect(error.hint).toContain(`delete ${path}`);
});

test('a folder with files of another origin is left alone', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'thesis.tex'), 'years of work');
  expect((await refusal(openRun(folder, SPEC))).message).toContain(
    'holds thesis.tex but no run.json',
  );
  expect(readdirSync(folder)).toEqual(['thesis.tex']);
  const file = newFolder();
  writeFileSync(file, '');
  expect((await refusal(openRun(file, SPEC))).message).toContain('cannot make the run folder');
});

test.skipIf(process.getuid?.() === 0)(
  'a folder that cannot be written is refused in one line',
  async () => {
    const folder = await recorded(1);
    chmodSync(folder, 0o500);
    const error = await refusal(openRun(folder, SPEC));
    expect(error.message).toMatch(/^cannot write .*: EACCES/);
    chmodSync(folder, 0o700);
  },
);

test('a run.json that is not JSON is refused', async () => {
  const folder = await recorded(1);
  appendFileSync(join(folder, 'run.json'), '}');
  expect((await refusal(openRun(folder, SPEC))).message).toContain('run.json is not JSON');
});

test('report files are written whole, beside nothing half-written', async () => {
  const folder = newFolder();
  const run = await openRun(folder, SPEC);
  await run.finish({ 'report.json': '{}', 'report.html': new Uint8Array([60, 62]) });
  await run.finish({ 'report.json': '{"second":true}' });
  await expect(run.finish({ '../outside': '' })).rejects.toThrow('not a plain file name');
  await run.close();
  expect(readdirSync(folder).sort()).toEqual([
    'events.jsonl',
    'report.html',
    'report.json',
    'run.json',
  ]);
  expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('{"second":true}');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe('<>');
});
