/** @file The work of `touchstone doctor`: devices, speed, and a self-test of the arithmetic. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DEVICES, type DeviceReport } from '../../model/index.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { type Context, DONE, printJson } from '../context.ts';

/** Exit status where the CPU computes wrongly. */
const FAILED = 4;

/** The published shape of what `--json` prints. */
export const doctorSchema = z.object({
  schema: z.literal('touchstone/doctor/1'),
  node: z.string(),
  devices: z.array(
    z.object({
      device: z.string(),
      works: z.boolean(),
      reason: z.string().optional().describe('why it does not work'),
      matmulGflops: z.number().optional().describe('best float32 product, 1024 x 512 x 8192'),
      selfTest: z
        .object({ passed: z.boolean(), largestError: z.number(), limit: z.number() })
        .optional()
        .describe('value and gradient of a small network against a float64 reference'),
    }),
  ),
});

/** Examines every device and prints what was found. */
export async function doctorCommand({ json }: DoctorOptions, context: Context): Promise<number> {
  const devices: DeviceReport[] = [];
  for (const [i, device] of DEVICES.entries()) {
    devices.push(probe(device));
    context.report({
      task: 'examining devices',
      done: i + 1,
      total: DEVICES.length,
      unit: 'devices',
    });
    await context.safePoint();
  }
  if (json) printJson(context, { schema: 'touchstone/doctor/1', node: process.version, devices });
  else context.print(`Node ${process.version}\n${devices.map(describe).join('\n')}\n`);
  return devices.some(({ device, selfTest }) => device === 'cpu' && !selfTest?.passed)
    ? FAILED
    : DONE;
}

/** Examines a device in a process of its own. */
function probe(device: string): DeviceReport {
  const script = fileURLToPath(new URL('./probe.js', import.meta.url));
  const { stdout, status, signal } = spawnSync(process.execPath, [script, device], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (status === 0) return JSON.parse(stdout) as DeviceReport;
  return { device, works: false, reason: `its process ended with ${signal ?? `status ${status}`}` };
}

function describe({ device, works, reason, matmulGflops, selfTest }: DeviceReport): string {
  if (!works) return `${device}: not available (${reason})`;
  const test = selfTest!;
  const verdict = test.passed ? 'passed' : 'FAILED';
  return `${device}: ${matmulGflops!.toFixed(0)} GFLOP/s float32 matmul; self-test ${verdict}, largest error ${test.largestError.toExponential(1)} (limit ${test.limit})`;
}
