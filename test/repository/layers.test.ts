/** @file The layer check finds every kind of forbidden import, on made-up trees and on this one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkLayers } from '../../scripts/layers.ts';

const trees: string[] = [];

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'layers-'));
  trees.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const root of trees.splice(0)) rmSync(root, { recursive: true });
});

describe('a tree passes when', () => {
  test.each([
    [
      'a layer imports itself and lower ones',
      'audit/a.ts',
      "import './b.ts'; import '../model/c.ts';",
    ],
    ['model/folder.ts reads files', 'model/folder.ts', "import { open } from 'node:fs/promises';"],
    [
      'model/runtime.ts loads the runtime',
      'model/runtime.ts',
      "import ort from 'onnxruntime-node';",
    ],
    ['a package is imported', 'tensor/a.ts', "import { z } from 'zod';"],
    ['the command line starts the server', 'cli/a.ts', "import '../server/b.ts';"],
    [
      'a comment or a text speaks of an import',
      'tensor/a.ts',
      "// import '../cli/a.ts'\nexport const s = `import '../cli/a.ts'`;",
    ],
    [
      'technique sees only world, statistics and tensor',
      'technique/a.ts',
      "import '../world/a.ts'; import '../tensor/b.ts';",
    ],
  ])('%s', (_, path, text) => {
    expect(checkLayers(tree({ [path]: text }))).toEqual([]);
  });
});

describe('a tree fails when', () => {
  test.each([
    [
      'an import points up',
      'tensor/a.ts',
      "import { x } from '../model/b.ts';",
      /tensor lies below model/,
    ],
    [
      'only a type is taken from above',
      'audit/a.ts',
      "import type { X } from '../store/b.ts';",
      /audit lies below store/,
    ],
    [
      'a re-export points up',
      'world/a.ts',
      "export * from '../audit/b.ts';",
      /world lies below audit/,
    ],
    [
      'a dynamic import points up',
      'model/a.ts',
      "const x = await import('../store/b.ts');",
      /lies below/,
    ],
    [
      'a type position imports from above',
      'model/a.ts',
      "let x: import('../store/b.ts').X;",
      /lies below/,
    ],
    [
      'technique imports model',
      'technique/a.ts',
      "import '../model/b.ts';",
      /technique imports only/,
    ],
    [
      'technique imports organism',
      'technique/a.ts',
      "import '../organism/b.ts';",
      /technique imports only/,
    ],
    ['the command line is imported', 'server/a.ts', "import '../cli/b.ts';", /nothing imports cli/],
    [
      'the package imports itself upwards',
      'tensor/a.ts',
      "import 'touchstone/audit';",
      /lies below/,
    ],
    ['src reaches out of src', 'cli/a.ts', "import '../../scripts/size.ts';", /outside src/],
    [
      'tensor uses a Node built-in',
      'tensor/a.ts',
      "import fs from 'node:fs';",
      /no Node built-ins/,
    ],
    [
      'model uses one without its prefix',
      'model/a.ts',
      "import fs from 'fs';",
      /no Node built-ins/,
    ],
    [
      'model loads the runtime elsewhere',
      'model/a.ts',
      "import ort from 'onnxruntime-node';",
      /no onnxruntime-node/,
    ],
    ['a folder is unknown', 'utils/a.ts', 'export {};', /src\/utils is no layer/],
    ['a file lies in no folder', 'index.ts', 'export {};', /is no layer/],
    [
      'an import leads to an unknown folder',
      'cli/a.ts',
      "import '../utils/b.ts';",
      /utils is no layer/,
    ],
  ])('%s', (_, path, text, rule) => {
    const violations = checkLayers(tree({ [path]: text }));
    expect(violations).toHaveLength(1);
    expect(violations[0]!.file).toBe(path);
    expect(violations[0]!.rule).toMatch(rule);
  });
});

test('a violation names its line', () => {
  const text = "/** @file x */\nimport {\n  a,\n} from '../model/b.ts';\n\nimport '../cli/c.ts';\n";
  const lines = checkLayers(tree({ 'tensor/a.ts': text })).map(({ line }) => line);
  expect(lines).toEqual([4, 6]);
});

test('every import of this project points down', () => {
  expect(checkLayers(join(import.meta.dirname, '../../src'))).toEqual([]);
});
