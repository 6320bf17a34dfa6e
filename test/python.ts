/** @file Python, where a test can ask it: what was written here is opened there. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The interpreter that `TOUCHSTONE_PYTHON` names, or `python3`. */
export const python = process.env.TOUCHSTONE_PYTHON ?? 'python3';

const run = promisify(execFile);

/** Skips a test where Python lacks a library, saying how to run it. */
export async function needsPython(
  skip: (condition: boolean, note: string) => void,
  libraries: readonly string[],
): Promise<void> {
  const find = `from importlib.util import find_spec as f; assert all(map(f, ${JSON.stringify(libraries)}))`;
  const has = await run(python, ['-c', find]).then(
    () => true,
    () => false,
  );
  const remedy = 'run with TOUCHSTONE_PYTHON=path/to/python';
  skip(!has, `${python} lacks one of ${libraries.join(', ')}; ${remedy}`);
}

/** What Python prints, run with these arguments. */
export async function askPython(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { maxBuffer: 2 ** 28, env: { ...process.env, ...env } };
  return (await run(python, args, options)).stdout;
}
