import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gameResultSchema } from '../../src/audit/blind/index.ts';
import { gameVerificationSchema } from '../../src/cli/work/game/score.ts';
import { budgetOf, settingsOf } from '../../src/cli/work/game/set.ts';
import { finished, startTouchstone, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();

test('solo, killed again and again, ends with the result of a game that was left alone; score finds the same', async () => {
  const folder = join(root, 'killed');
  const args = ['game', 'solo', 'organism:leaky-keeper', '--out', folder, '--json'];
  let killed = 0;
  for (const ms of [1500, 2500]) {
    const child = startTouchstone(args);
    setTimeout(() => child.kill('SIGKILL'), ms);
    const { stdout } = await finished(child);
    if (stdout === '') killed++;
  }
  expect(killed).toBeGreaterThan(0);
  const { status, stdout } = touchstone(args);
  expect(status).toBe(0);
  const result = gameResultSchema.parse(JSON.parse(stdout));
  expect(result.score).toMatchObject({ verdict: 'found', hits: [1] });
  const again = touchstone(['game', 'score', folder, '--json']);
  const checked = gameVerificationSchema.parse(JSON.parse(again.stdout));
  expect(checked).toMatchObject({
    result,
    checks: { commitment: true, truth: true, budget: true },
  });
  // What is planted is in the journal alone.
  const manifest = readFileSync(join(folder, 'run.json'), 'utf8');
  for (const secret of [result.seal.salt, 'whisky']) expect(manifest).not.toContain(secret);
  writeFileSync(join(folder, 'events.jsonl'), '');
  expect(touchstone(['game', 'score', folder]).stderr).toContain('not over');
});

test('a game is set up by what is named, and what is wrong is told in a line', () => {
  expect(budgetOf('tokens=100')).toEqual({ samples: 400, tokens: 100, flops: 1e12 });
  for (const wrong of ['tokens', 'tokens=', 'tokens=-1', 'tokens=1.5', 'toks=5', 'tokens=1=2'])
    expect(() => budgetOf(wrong)).toThrow('--budget has');
  expect(() => settingsOf({})).toThrow('needs a suspect');
  expect(() => settingsOf({ suspect: 'organism:keeper', random: true })).toThrow('needs a suspect');
  expect(() => settingsOf({ suspect: 'my-model' })).toThrow('cannot be sealed');
  expect(() => settingsOf({ suspect: 'organism:coder' })).toThrow("unknown organism 'coder'");
  expect(settingsOf({ suspect: 'twin:keeper' }).mayBeClean).toBe(true);
  expect(settingsOf({ random: true })).toMatchObject({ suspect: null, mayBeClean: false });
});
