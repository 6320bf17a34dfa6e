/** @file Checks that imports in src/ point down the layers only. Run: `npm run layers`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/** The folders of src/, lowest first: each may import itself and those before it. */
export const LAYERS: readonly string[] = [
  'tensor',
  'statistics',
  'model',
  'dictionary',
  'probe',
  'world',
  'organism',
  'technique',
  'audit',
  'experiment',
  'store',
  'server',
  'cli',
];

/** Layers narrower than their place allows: `technique` must not reach around its Suspect. Probes know rows, and no model. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  technique: ['technique', 'world', 'probe', 'statistics', 'tensor'],
};

/** Ends of the line: nothing imports these but those named here. */
const CLOSED: Readonly<Record<string, readonly string[]>> = { server: ['cli'], cli: [] };

/** These layers also run in a browser, so files, the runtime and threads are handed in. */
const PORTABLE: readonly string[] = ['tensor', 'statistics', 'model'];
const PORTABLE_EXCEPTIONS: readonly string[] = [
  'model/folder.ts',
  'model/runtime.ts',
  'model/thread.ts',
];
const RUNTIME = 'onnxruntime-node';

/** One import that breaks a rule. */
export interface Violation {
  /** Path from src/, with forward slashes. */
  readonly file: string;
  /** Line of the import, from 1. */
  readonly line: number;
  /** What is imported, as written. */
  readonly specifier: string;
  readonly rule: string;
}

/** All violations below the folder `source`, by file and line. */
export function checkLayers(source: string): Violation[] {
  return sourceFiles(source).flatMap((file) => {
    const found = unknownFolder(file);
    return found ? [found] : checkFile(source, file);
  });
}

function sourceFiles(source: string): string[] {
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => /\.[cm]?tsx?$/.test(path))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

function unknownFolder(file: string): Violation | undefined {
  if (isLayer(layerOf(file))) return undefined;
  const rule = `src/${layerOf(file)} is no layer; the layers are ${LAYERS.join(', ')}`;
  return { file, line: 1, specifier: '', rule };
}

function checkFile(source: string, file: string): Violation[] {
  const text = readFileSync(join(source, file), 'utf8');
  return importsOf(text).flatMap(({ specifier, line }) => {
    const rule = brokenRule(source, file, specifier);
    return rule === undefined ? [] : [{ file, line, specifier, rule }];
  });
}

/** Every module named by a static, dynamic or type import, or by an export from. */
function importsOf(text: string): { specifier: string; line: number }[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: text.slice(0, pos).split('\n').length,
  }));
}

function brokenRule(source: string, file: string, specifier: string): string | undefined {
  const from = layerOf(file);
  const to = targetLayer(source, file, specifier);
  if (to === undefined) return packageRule(file, specifier);
  if (to === from) return undefined;
  if (to === '..') return 'src imports nothing that lies outside src';
  if (!isLayer(to)) return `${to} is no layer`;
  const few = CLOSED[to];
  if (few && !few.includes(from)) return `nothing${few.map((one) => ` but ${one}`)} imports ${to}`;
  const only = ONLY[from];
  if (only) return only.includes(to) ? undefined : `${from} imports only ${only.join(', ')}`;
  return rank(to) < rank(from) ? undefined : `${from} lies below ${to}; imports point down only`;
}

/** The layer a specifier leads to, `'..'` when it leaves src, undefined for a package. */
function targetLayer(source: string, file: string, specifier: string): string | undefined {
  const own = /^touchstone(?:\/([^/]+))?/.exec(specifier);
  if (own) return own[1] ?? '..';
  if (!specifier.startsWith('.')) return undefined;
  const target = relative(source, resolve(source, dirname(file), specifier));
  return target.split(sep)[0] || '..';
}

function packageRule(file: string, specifier: string): string | undefined {
  if (!PORTABLE.includes(layerOf(file)) || PORTABLE_EXCEPTIONS.includes(file)) return undefined;
  if (!isBuiltin(specifier) && specifier.split('/')[0] !== RUNTIME) return undefined;
  return `${layerOf(file)} runs in a browser too: no Node built-ins and no ${RUNTIME} in it`;
}

function layerOf(file: string): string {
  return file.split('/')[0]!;
}

function isLayer(name: string): boolean {
  return LAYERS.includes(name);
}

function rank(layer: string): number {
  return LAYERS.indexOf(layer);
}

function main(source: string): void {
  if (!existsSync(source)) throw new Error(`no folder ${source}`);
  const violations = checkLayers(source);
  for (const { file, line, specifier, rule } of violations) {
    console.error(`src/${file}:${line}: ${specifier && `imports '${specifier}': `}${rule}`);
  }
  if (violations.length > 0) process.exitCode = 1;
  else console.log(`layers: ${sourceFiles(source).length} files, every import points down`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(resolve('src'));
