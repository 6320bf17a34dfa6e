/** @file `touchstone doctor`: the CPU works and computes right; other devices say why not. */
import { expect, test } from 'vitest';
import { doctorSchema } from '../../src/cli/work/doctor.ts';
import { touchstone } from './child.ts';

test('--json prints one document in which the CPU passes its self-test', () => {
  const { status, stdout } = touchstone(['doctor', '--json']);
  expect(status).toBe(0);
  const { node, devices } = doctorSchema.parse(JSON.parse(stdout));
  expect(node).toBe(process.version);
  const [cpu, ...others] = devices;
  expect(cpu).toMatchObject({ device: 'cpu', works: true, selfTest: { passed: true } });
  expect(cpu!.selfTest!.largestError).toBeLessThanOrEqual(cpu!.selfTest!.limit);
  expect(cpu!.matmulGflops).toBeGreaterThan(0);
  for (const { works, reason, selfTest } of others) {
    if (works) expect(selfTest).toBeDefined();
    else expect(reason).toMatch(/^[^\n]+$/);
  }
});
