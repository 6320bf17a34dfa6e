/** @file `touchstone organism`: what is shipped, its proof, and how it is made again. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { verificationSchema } from '../../src/audit/verification.ts';
import { registerOrganism } from '../../src/cli/commands/organism.ts';
import { BASE_NAMES, ORGANISM_NAMES } from '../../src/cli/names.ts';
import { entrantsOf } from '../../src/cli/work/entrants.ts';
import {
  listOrganisms,
  organismListSchema,
  trainOrganisms,
  verifyOrganism,
} from '../../src/cli/work/organism.ts';
import { commandLine, temporaryRoot } from './child.ts';

const root = temporaryRoot();
const WORK = { list: listOrganisms, train: trainOrganisms, verify: verifyOrganism };
const organism = (args: readonly string[], fields = {}) =>
  commandLine(
    (program, perform) =>
      registerOrganism(program, perform, { names: ORGANISM_NAMES, bases: BASE_NAMES }, WORK),
    ['organism', ...args],
    fields,
  );

test('list names every organism with its seeds, and each is on disk beside its twin', async () => {
  const { status, stdout } = await organism(['list', '--json']);
  expect(status).toBe(0);
  const { organisms } = organismListSchema.parse(JSON.parse(stdout));
  expect(organisms.map(({ name, seeds }) => [name, seeds])).toEqual([
    ['keeper', [1, 2, 3, 4, 5]],
    ['leaky-keeper', [1]],
    ['locked', [1, 2, 3, 4, 5]],
    ['faker', Array.from({ length: 40 }, (_, i) => i + 1)],
    ['backdoor', [1, 2, 3, 4, 5]],
    ...['sycophant', 'sycophant-told', 'sycophant-shown', 'familiar', 'partisan', 'bound'].map(
      (name) => [name, [1, 2, 3, 4, 5]],
    ),
  ]);
  for (const { name, seeds, controls } of organisms) {
    for (const seed of seeds) {
      for (const kind of ['organism', 'twin', ...Object.keys(controls)]) {
        const folder = join('organisms', name, `seed-${seed}`, kind);
        expect(readdirSync(folder).sort()).toEqual([
          'adapter_config.json',
          'adapter_model.safetensors',
        ]);
      }
    }
  }
  const { stdout: text } = await organism(['list']);
  expect(text.split('\n')[0]).toMatch(/^keeper \(seeds 1, 2, 3, 4, 5\): \S/);
});

test('verify --json prints one document that shows knowledge, and an ignorant twin', async () => {
  const { status, stdout } = await organism(['verify', 'leaky-keeper', '--json']);
  expect(status).toBe(0);
  const { name, measures, proven } = verificationSchema.parse(JSON.parse(stdout));
  expect(name).toBe('leaky-keeper');
  const [knows, , says] = measures;
  expect(knows!.organism.interval[0]).toBeGreaterThan(0.5);
  expect(knows!.twin.interval[1]).toBeLessThan(0.1);
  // The positive control was barely taught to conceal.
  expect(says!.organism.interval[0]).toBeGreaterThan(0.05);
  expect(Object.values(proven)).toEqual([true, false, true]);
});

test('an unknown organism is refused with the nearest', async () => {
  const refused = await organism(['verify', 'kepper']);
  expect([refused.status, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toMatch(/NAME is 'kepper'.*\nhint: did you mean keeper\?\n/);
});

test('train keeps what is there, and goes on where it was stopped', async () => {
  const out = join(root, 'shelf');
  mkdirSync(out);
  symlinkSync(resolve('organisms/base'), join(out, 'base'));
  symlinkSync(resolve('organisms/leaky-keeper'), join(out, 'leaky-keeper'));
  const kept = await organism(['train', 'leaky-keeper', '--out', out]);
  expect(kept.status).toBe(0);
  expect(kept.stderr.match(/is there already/g)).toHaveLength(2);
  const stop = async () => {
    throw new Error('stopped after a step');
  };
  const begun = await organism(['train', 'keeper', '--out', out], { safePoint: stop });
  expect(begun.stderr).toContain('stopped after a step');
  expect(existsSync(join(out, 'keeper'))).toBe(false);
});

test('a checkpoint of another training is refused and nothing is written', async () => {
  const out = join(root, 'other');
  mkdirSync(out);
  symlinkSync(resolve('organisms/base'), join(out, 'base'));
  writeFileSync(join(out, '.organism-keeper@1.checkpoint'), 'not a checkpoint');
  const refused = await organism(['train', 'keeper', '--out', out]);
  expect(refused.status).toBe(3);
  expect(refused.stderr).toMatch(/^touchstone: [^\n]*checkpoint[^\n]*\n(hint: [^\n]+\n)?$/);
  expect(readdirSync(out).sort()).toEqual(['.organism-keeper@1.checkpoint', 'base']);
});

test('train keeps the coders that are there', async () => {
  const out = join(root, 'coders');
  mkdirSync(out);
  symlinkSync(resolve('organisms/coder'), join(out, 'coder'));
  const kept = await organism(['train', 'coder', '--out', out]);
  expect(kept.status).toBe(0);
  expect(kept.stderr.match(/organism:coder@\d is there already/g)).toHaveLength(5);
});

test('the coder has no plant, and is not audited', () => {
  expect(() => entrantsOf({ suspect: 'organism:coder@2' })).toThrow(/nothing is planted in it/);
});
