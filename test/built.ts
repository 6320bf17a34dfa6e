/** @file The built program, for tests that start it as a process of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
let ready = false;

/**
 * Path of a built file, such as `built('src/cli/main.js')`; builds first when that is due.
 *
 * @throws Error where the build fails.
 */
export function built(path: string): string {
  if (!ready) setUp();
  ready = true;
  const output = join(ROOT, 'dist', path);
  if (!existsSync(output)) throw new Error(`${path} was not built`);
  return output;
}

function setUp(): void {
  const script = join(ROOT, 'scripts', 'setup.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`scripts/setup.mjs failed: ${stderr}`);
}
