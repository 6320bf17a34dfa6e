/** @file The package as its users see it: every entry point resolves, has its types, and loads. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { built } from '../built.ts';

const root = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  exports: Record<string, string>;
  files: string[];
};
const entries = Object.entries(manifest.exports).map(([subpath, target]) => ({
  name: manifest.name + subpath.slice(1),
  target,
}));

beforeAll(() => void built('src/tensor/index.js'));

/** Runs a module in the clone, from where the package can name itself. */
function run(code: string): string {
  const args = ['--input-type=module', '--eval', code];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

/** Every module that a file names in an import or an export from. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

/** What lies outside the package among the imports of a file and of all files that it leads to. */
function packagesBehind(file: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>();
  if (seen.has(file)) return found;
  seen.add(file);
  for (const specifier of importsOf(file)) {
    if (!specifier.startsWith('.')) found.add(specifier);
    else {
      for (const name of packagesBehind(resolve(dirname(file), specifier), seen)) found.add(name);
    }
  }
  return found;
}

test.each(entries)('$name is in the published files, with its types', ({ target }) => {
  expect(existsSync(join(root, target))).toBe(true);
  expect(existsSync(join(root, target.replace(/\.js$/, '.d.ts')))).toBe(true);
  expect(manifest.files.some((folder) => target.startsWith(`./${folder}/`))).toBe(true);
});

test('every entry point can be imported by its name', () => {
  const code = `for (const name of ${JSON.stringify(entries.map(({ name }) => name))}) {
    console.log(name, Object.keys(await import(name)).length > 0);
  }`;
  expect(run(code).trim().split('\n')).toEqual(entries.map(({ name }) => `${name} true`));
});

test('what the package does not export cannot be imported', () => {
  const code = `await import('touchstone/cli').catch((error) => console.log(error.code));`;
  expect(run(code).trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test('a tensor program is built, differentiated and encoded through touchstone/tensor', () => {
  // d(x^2)/dx = 2 x: the encoded model multiplies, and wants x fed.
  const code = `import { encodeModel, gradients, input } from 'touchstone/tensor';
    const x = input('x', 'float32', []);
    const [gradient] = gradients(x.mul(x), [x]);
    const { model, inputs } = encodeModel({ gradient });
    console.log(model.length > 0, [...inputs.keys()].join());`;
  expect(run(code).trim()).toBe('true x');
});

test('touchstone/tensor leads to no Node built-in and to no package, so that it runs in a browser', () => {
  expect([...packagesBehind(join(root, 'dist/src/tensor/index.js'))]).toEqual([]);
});

test('the search for packages sees those of a layer that has some', () => {
  const found = packagesBehind(join(root, 'dist/src/store/index.js'));
  expect([...found].filter(isBuiltin).length).toBeGreaterThan(0);
  expect(found).toContain('hyparquet-writer');
});
