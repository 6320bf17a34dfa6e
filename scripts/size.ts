/** @file Prints how large files and functions are, per folder. Run: `npm run size`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const FOLDERS = ['src', 'benchmarks', 'scripts', 'examples', 'test'];

interface Sizes {
  files: number[];
  functions: number[];
}

function main(): void {
  console.log(`${'folder'.padEnd(22)}${heading('file lines')}${heading('function lines')}`);
  for (const [folder, sizes] of measure()) {
    console.log(folder.padEnd(22) + summary(sizes.files) + summary(sizes.functions));
  }
}

function heading(what: string): string {
  return `${what}: n, median, p90, max`.padStart(38);
}

function measure(): Map<string, Sizes> {
  const byFolder = new Map<string, Sizes>();
  for (const path of FOLDERS.filter((folder) => existsSync(folder)).flatMap(filesUnder)) {
    const folder = path
      .split('/')
      .slice(0, path.startsWith('src/') ? 2 : 1)
      .join('/');
    const sizes = byFolder.get(folder) ?? { files: [], functions: [] };
    byFolder.set(folder, sizes);
    addFile(sizes, path);
  }
  return byFolder;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path).replaceAll('\\', '/'))
    .sort();
}

function addFile(sizes: Sizes, path: string): void {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    // A one-line callback is part of its expression, not a function to keep short.
    const lines = lineOf(node.end) - lineOf(node.getStart(source)) + 1;
    if (ts.isFunctionLike(node) && 'body' in node && lines > 1) sizes.functions.push(lines);
    ts.forEachChild(node, visit);
  };
  visit(source);
  sizes.files.push(lineOf(source.end));
}

function summary(lines: number[]): string {
  const sorted = lines.toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
  const cells = [sorted.length, quantile(0.5), quantile(0.9), quantile(1)];
  return cells.map((cell, i) => String(cell).padStart(i === 0 ? 17 : 7)).join('');
}

main();
