/** @file The built program, for tests that start it as a process of its own. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Path of a built file, such as `built('src/cli/main.js')`.
 *
 * @throws Error where it is missing, or older than a source in the same folder (`npm test` builds).
 */
export function built(path: string): string {
  const output = join(ROOT, 'dist', path);
  const sources = join(ROOT, path, '..');
  const newest = Math.max(
    ...readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => statSync(join(sources, name)).mtimeMs),
  );
  const buildInfo = join(ROOT, 'dist', '.tsbuildinfo');
  const when = statSync(buildInfo, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (statSync(output, { throwIfNoEntry: false }) === undefined || when < newest) {
    throw new Error(`${path} is not built or older than its source: run npm run build`);
  }
  return output;
}
