import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgingSchema } from '../../src/cli/work/judge.ts';
import { lintSchema } from '../../src/cli/work/transcripts.ts';
import { temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const LOG = 'test/fixtures/inspect/task.eval';

test('a log of Inspect is imported as JSON lines, which lint and judge take', () => {
  const out = join(root, 'log.jsonl');
  expect(touchstone(['import', 'inspect', LOG, '--out', out]).stderr).toContain(
    '2 samples of secrets, mockllm/model (success)',
  );
  const linted = touchstone(['lint', out, '--json', '--fail-on-findings']);
  expect(linted.status).toBe(0);
  expect(lintSchema.parse(JSON.parse(linted.stdout))).toMatchObject({ findings: 0 });
  const { stdout } = touchstone(['judge', out, '--regex', '\\bruby', '--json']);
  expect(judgingSchema.parse(JSON.parse(stdout))).toMatchObject({
    yes: { successes: 2, n: 2 },
    counts: { yes: 2, failed: 0 },
  });
});

test('lint exits with 1 on a finding where it is asked to, and a judge without one is told', () => {
  const path = join(root, 'thread.jsonl');
  writeFileSync(path, '{"id": "a", "content": "yes", "inReplyTo": "gone"}\n');
  const { status, stdout } = touchstone(['lint', path, '--fail-on-findings']);
  expect(status).toBe(1);
  expect(stdout).toContain('! a: dangling reply: gone');
  expect(touchstone(['judge', path])).toMatchObject({ status: 2 });
});
