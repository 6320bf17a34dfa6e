/** @file `touchstone audit` as a process: killed, stopped, resumed, refused. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditResultSchema } from '../../src/audit/result.ts';
import { registerAudit } from '../../src/cli/commands/audit.ts';
import { TECHNIQUE_NAMES } from '../../src/cli/names.ts';
import type { Register } from '../../src/cli/run.ts';
import { auditCommand } from '../../src/cli/work/audit.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { commandLine, startTouchstone, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const whole = join(root, 'whole');
/** 13 pieces of work: the commitment, two of interrogation, ten of high temperature. */
const AUDIT = ['audit', 'organism:leaky-keeper', '--technique', 'high-temperature'];
const SMALL = [...AUDIT, '--budget', '20'];
const REPORT = ['report.json', 'report.html', 'samples.parquet'];

const bytesOf = (folder: string) => REPORT.map((name) => readFileSync(join(folder, name)));
const keysOf = (folder: string) =>
  readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { key: string }).key);

let millisecondsWhole = 0;
let stdout = '';

beforeAll(() => {
  const start = performance.now();
  const done = touchstone([...SMALL, '--json', '--out', whole]);
  millisecondsWhole = performance.now() - start;
  expect([done.status, done.stderr]).toEqual([0, expect.stringContaining('report: file://')]);
  stdout = done.stdout;
});

test('--json prints exactly one document, valid by the published schema, the same as report.json', () => {
  expect(auditResultSchema.parse(JSON.parse(stdout))).toEqual(JSON.parse(stdout));
  expect(stdout).toBe(readFileSync(join(whole, 'report.json'), 'utf8'));
});

test('the commitment is on disk before the first sample, and the salt is not', () => {
  const { secret } = JSON.parse(stdout) as { secret: { commitment: string; salt: string } };
  const events = readFileSync(join(whole, 'events.jsonl'), 'utf8');
  expect(keysOf(whole)[0]).toBe('commitment');
  expect(keysOf(whole)).toHaveLength(13);
  expect(events.split('\n')[0]).toContain(`"value":"${secret.commitment}"`);
  expect(events).not.toContain(secret.salt);
  expect(readFileSync(join(whole, 'run.json'), 'utf8')).not.toContain(secret.salt);
});

describe('an audit that is broken off', () => {
  const broken = join(root, 'broken');

  test('by Ctrl-C stops after the work in hand, with status 130', async () => {
    const child = startTouchstone([...SMALL, '--out', broken]);
    const events = join(broken, 'events.jsonl');
    const watch = setInterval(() => {
      if (!existsSync(events) || !readFileSync(events, 'utf8').includes('interrogate')) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 10);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    expect(await once(child, 'close')).toEqual([130, null]);
    clearInterval(watch);
    expect(stderr).toContain('touchstone: stopping after the work in hand');
    expect(stderr).toMatch(/touchstone: stopped; run the same command to go on\n$/);
    expect(readdirSync(broken).sort()).toEqual(['events.jsonl', 'run.json']);
    expect(keysOf(broken).length).toBeLessThan(13);
  });

  test('by kill -9 at random moments loses nothing that was finished', async () => {
    const random = randomStream(1, 'kill').reader();
    const recorded = [keysOf(broken).length];
    for (let round = 0; round < 4 && !existsSync(join(broken, 'report.html')); round++) {
      const child = startTouchstone([...SMALL, '--out', broken]);
      const closed = once(child, 'close');
      setTimeout(() => child.kill('SIGKILL'), (0.1 + 0.4 * random.uniform()) * millisecondsWhole);
      await closed;
      recorded.push(keysOf(broken).length);
    }
    expect(recorded).toEqual([...recorded].sort((a, b) => a - b));
  });

  test('goes on with the same command, and ends with the same bytes', () => {
    const done = touchstone([...SMALL, '--out', broken]);
    expect([done.status, done.stderr]).toEqual([0, expect.stringContaining('going on with')]);
    expect(bytesOf(broken)).toEqual(bytesOf(whole));
    expect(keysOf(broken)).toEqual(keysOf(whole));
  });
});

test('a finished audit is told again in words; --fail-on found gives status 1 where it is found', () => {
  const { verdict } = JSON.parse(stdout) as { verdict: string };
  const told = touchstone([...SMALL, '--fail-on', 'found', '--out', whole]);
  expect(told.status).toBe(verdict === 'found' ? 1 : 0);
  expect(told.stderr).toContain('13 pieces of work are done');
  expect(told.stdout).toContain('organism:leaky-keeper@1');
  expect(told.stdout).not.toContain('\u001b');
});

test('without --out, the folder is named after the audit and all that its outcome depends on', () => {
  const cheap = ['audit', 'organism:leaky-keeper', '--technique', 'interrogate', '--budget', '20'];
  expect(touchstone(cheap, root).status).toBe(0);
  const [name, ...others] = readdirSync(join(root, 'runs'));
  expect(name).toMatch(/^audit-organism-leaky-keeper@1-20-seed-1-[0-9a-f]{8}$/);
  expect(others).toEqual([]);
});

describe('refused in one line and a hint, with nothing written:', () => {
  const suspect = 'organism:leaky-keeper';
  const cases: [string, string[], number, RegExp][] = [
    ['an unknown organism', ['organism:keper'], 3, /unknown organism 'keper'/],
    ['a seed that is not shipped', ['organism:keeper@9'], 3, /no seed 9/],
    ['a model without a known secret', ['organisms/base'], 2, /cannot be audited/],
    ['a model without a twin', ['organisms/base', '--secret', 'ruby'], 2, /cannot be audited/],
    [
      'a secret that is no candidate',
      ['organisms/base', '--twin', 'organisms/base', '--secret', 'rubi'],
      2,
      /secret is "rubi".*\nhint: did you mean "ruby"/,
    ],
    ['an organism with a secret of ours', [suspect, '--secret', 'ruby'], 2, /--secret with/],
    [
      'a twin that is not there',
      ['organisms/base', '--twin', 'organisms/bse', '--secret', 'ruby'],
      3,
      /no model at 'organisms\/bse'/,
    ],
    ['a twin without another twin', ['twin:leaky-keeper'], 2, /no other twin/],
    ['an unknown technique', [suspect, '--technique', 'fuzzz'], 2, /--technique is 'fuzzz'/],
    ['too small a budget', [suspect, '--budget', '5'], 2, /--budget is '5'/],
    ['an unknown budget', [suspect, '--budget', 'huge'], 2, /--budget is 'huge'/],
    ['an effect of nothing', [suspect, '--effect', '0'], 2, /--effect is '0'/],
    ['too small an effect', [suspect, '--effect', '0.00001'], 2, /effect 0.00001/],
    ['a negative seed', [suspect, '--seed', '-1'], 2, /--seed is '-1'/],
    ['an unknown option', [suspect, '--sede', '1'], 2, /unknown option '--sede'/],
    ['no suspect', [], 2, /missing required argument 'suspect'/],
  ];
  const audit: Register = (program, perform) =>
    registerAudit(program, perform, TECHNIQUE_NAMES, auditCommand);

  test.each(cases)('%s', async (_, args, status, message) => {
    const out = join(root, 'refused');
    const refused = await commandLine(audit, ['audit', ...args, '--out', out]);
    expect([refused.status, refused.stdout]).toEqual([status, '']);
    expect(refused.stderr).toMatch(/^touchstone: [^\n]+\n(hint: [^\n]+\n)?$/);
    expect(refused.stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  test('by the program itself as well', () => {
    const refused = touchstone(['audit', suspect, '--budget', '5'], root);
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/^touchstone: --budget is '5'; [^\n]+\n$/);
  });

  test('another audit in the same folder', () => {
    const before = readdirSync(whole).map((name) => [name, readFileSync(join(whole, name), 'hex')]);
    const refused = touchstone([...SMALL, '--effect', '0.1', '--out', whole]);
    expect([refused.status, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toMatch(/settings.effect is 0.05 there and 0.1 here/);
    const after = readdirSync(whole).map((name) => [name, readFileSync(join(whole, name), 'hex')]);
    expect(after).toEqual(before);
  });
});
