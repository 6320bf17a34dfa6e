/** @file The documents keep to what is there: files, names, links, commands and code in them are real. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { hookNames, parseConfig, parseEdits } from '../../src/model/index.ts';
import { ORGANISMS } from '../../src/organism/index.ts';
import { ALL_TECHNIQUES } from '../../src/technique/index.ts';
import { built } from '../built.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** First group of every match of a pattern in a page. */
function all(page: string, pattern: RegExp): string[] {
  return [...textOf(page).matchAll(pattern)].map((match) => match[1]!);
}

/** Code blocks of one language, without fences. */
function blocks(page: string, language: string): string[] {
  return all(page, new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
}

test.each(pages)('%s links to files that exist', (page) => {
  const targets = [...all(page, /\]\(([^)#:]+)(?:#[^)]*)?\)/g), ...all(page, /src="([^":]+)"/g)];
  const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
  expect(missing).toEqual([]);
});

test.each(pages)('%s names files that exist', (page) => {
  const named = all(
    page,
    /`((?:src|test|scripts|benchmarks|examples|schemas|docs|organisms|bin|\.ci)\/[\w./-]+\w)`/g,
  );
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.each(pages)('%s names things where they are: `name` (`file`)', (page) => {
  const pairs = [
    ...textOf(page).matchAll(/`([\w.#]+)(?:\([^`]*\))?`\s+\(`((?:src|scripts|test)\/[\w./-]+)`/g),
  ];
  const wrong = pairs.filter(([, name, file]) => {
    const last = name!.split('.').at(-1)!;
    return !new RegExp(`\\b${last}\\b`).test(readFileSync(join(root, file!), 'utf8'));
  });
  expect(wrong.map(([text]) => text)).toEqual([]);
});

test.each(pages)('%s gives commands whose names and options exist', (page) => {
  const commands = all(page, /^(?:npx )?touchstone (.+)$/gm);
  for (const command of commands) {
    const [name, sub] = command.split(' ');
    const path = ['organism', 'dict', 'game', 'steer', 'export', 'import'].includes(name!)
      ? [name!, sub!]
      : [name!];
    const help = spawnSync(process.execPath, [built('src/cli/main.js'), ...path, '--help'], {
      encoding: 'utf8',
    });
    expect(help.status, command).toBe(0);
    for (const [option] of command.matchAll(/ -{1,2}[a-z][\w-]*/g)) {
      expect(help.stdout, command).toContain(option);
    }
    for (const [, organism] of command.matchAll(/(?:organism|twin):([\w-]+)/g)) {
      expect(Object.keys(ORGANISMS), command).toContain(organism);
    }
    for (const [, technique] of command.matchAll(/--technique ([\w-]+)/g)) {
      expect(ALL_TECHNIQUES.map((known) => known.name)).toContain(technique);
    }
  }
});

test.each(pages)('%s shows edits that the model takes', (page) => {
  const edits = blocks(page, 'json').filter((block) => block.includes('"do"'));
  for (const block of edits) expect(() => parseEdits(JSON.parse(block))).not.toThrow();
});

test('docs/edits.md lists every hook point', () => {
  const families = ['gpt2', 'gemma2', 'olmo2', 'llama'].map((model_type) => ({ model_type }));
  const names = families.flatMap((json) => hookNames(parseConfig(json)));
  const kinds = new Set(names.map((name) => name.replace(/^blocks\.\d+/, 'blocks.L')));
  const [, table] = textOf('docs/edits.md').split('## Hook points');
  const listed = [...table!.matchAll(/^\| `([\w.]+)`/gm)].map((match) => match[1]);
  expect([...listed].sort()).toEqual([...kinds].sort());
});

test("the README's ten lines run", () => {
  const [code] = blocks('README.md', 'js');
  expect(code!.split('\n').filter((line) => line !== '')).toHaveLength(10);
  const args = ['--input-type=module', '--eval', code!];
  built('src/model/index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const [dims, ...samples] = stdout.trimEnd().split('\n');
  // One prompt, its tokens, the width of the base model.
  expect(dims).toMatch(/^\[ 1, \d+, 192 \]$/);
  expect(samples).toHaveLength(4);
});
