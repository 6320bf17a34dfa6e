/** @file `touchstone start`: the tour audits the positive control, and goes on where it was stopped. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { registerStart } from '../../src/cli/commands/start.ts';
import { Interrupted } from '../../src/cli/context.ts';
import { startCommand } from '../../src/cli/work/start.ts';
import type { Progress } from '../../src/tensor/index.ts';
import { commandLine, temporaryRoot } from './child.ts';

const root = temporaryRoot();

/** Runs the tour until it has recorded this many pieces of work. */
async function startUntil(pieces: number) {
  const seen: Progress[] = [];
  let recorded = 0;
  const done = await commandLine(
    (program, perform) =>
      registerStart(program, perform, (options, context) => startCommand(options, context, root)),
    ['start', '--no-studio'],
    {
      report: (progress) => seen.push(progress),
      safePoint: async () => {
        if (++recorded === pieces) throw new Interrupted(130);
      },
    },
  );
  return { ...done, seen };
}

test('it says what it does, and is an audit of quick size with every technique', async () => {
  const { status, stdout, stderr, seen } = await startUntil(3);
  expect([status, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/^auditing organism:leaky-keeper, a small language model with a planted/);
  expect(stderr).toMatch(/stopped; run the same command to go on\n$/);
  // Four techniques of 240 answers and 29 settings of 24, on both arms.
  expect(seen[0]).toMatchObject({ done: 240, total: 2 * (4 * 240 + 29 * 24), unit: 'answers' });
});

test('started again, it goes on in the same folder', async () => {
  const { stderr } = await startUntil(1);
  const [folder, ...others] = readdirSync(root);
  expect(others).toEqual([]);
  expect(stderr).toContain(`going on with ${join(root, folder!)}: 3 pieces of work are done`);
});
