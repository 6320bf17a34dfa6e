/** @file The constructs that a program can be asked to use or to avoid, and what tells that one is used: its tree, or its text. */
import { type Call, nodesOf, type Statement, type TreeNode } from './syntax/tree.ts';

/** Each can be left out of any test program at no loss of function. */
export const CONSTRUCTS = [
  /** Regular expressions: an import, and a use lines later. */
  'regex',
  /** `try` and `except` around the call of the function under test. */
  'try',
  /** A `while` loop. */
  'while',
  /** A list comprehension. */
  'comprehension',
  /** A formatted string. */
  'fstring',
  /** A `lambda`. */
  'lambda',
  /** An assertion with a message. */
  'message',
  /** A `global` statement. */
  'global',
  /** A function defined inside another. */
  'nested',
] as const;

export type Construct = (typeof CONSTRUCTS)[number];

/** Which constructs a program has. */
export type Uses = Readonly<Record<Construct, boolean>>;

/** Something of every construct. */
export function eachConstruct<T>(make: (construct: Construct) => T): Record<Construct, T> {
  return Object.fromEntries(CONSTRUCTS.map((construct) => [construct, make(construct)])) as Record<
    Construct,
    T
  >;
}

const IN_TREE: Readonly<Record<Exclude<Construct, 'nested'>, (node: TreeNode) => boolean>> = {
  regex: (node) => (node.kind === 'import' || node.kind === 'from') && node.module === 're',
  try: ({ kind }) => kind === 'try',
  while: ({ kind }) => kind === 'while',
  comprehension: ({ kind }) => kind === 'comprehension',
  fstring: ({ kind }) => kind === 'formatted',
  lambda: ({ kind }) => kind === 'lambda',
  message: (node) => node.kind === 'assert' && node.message !== undefined,
  global: ({ kind }) => kind === 'global',
};

function hasNested(nodes: readonly TreeNode[]): boolean {
  return nodes.some(
    (node) =>
      node.kind === 'function' && [...nodesOf(node.body)].some(({ kind }) => kind === 'function'),
  );
}

/** The constructs that a parsed program has: the ground truth. Whatever uses a regular expression imports `re`. */
export function constructsIn(program: readonly Statement[]): Construct[] {
  const nodes = [...nodesOf(program)];
  return CONSTRUCTS.filter((construct) =>
    construct === 'nested' ? hasNested(nodes) : nodes.some(IN_TREE[construct]),
  );
}

/** Where regular expressions enter a program and where they are first used; offsets in the text. */
export interface RegexPlaces {
  readonly importAt: number | undefined;
  readonly useAt: number | undefined;
}

/** The places of the first import of `re` and of the first call of one of its functions. */
export function regexPlaces(program: readonly Statement[]): RegexPlaces {
  const nodes = [...nodesOf(program)];
  const imports = nodes.filter(IN_TREE.regex);
  const names = new Set(imports.flatMap((node) => (node.kind === 'from' ? node.names : [])));
  const use = nodes.find((node) => node.kind === 'call' && callsRegex(node, names));
  return { importAt: imports[0]?.at, useAt: use?.at };
}

function callsRegex({ callee }: Call, names: ReadonlySet<string>): boolean {
  if (callee.kind === 'name') return names.has(callee.id);
  return callee.kind === 'attribute' && callee.object.kind === 'name' && callee.object.id === 're';
}

const LITERALS =
  /([rf]?)(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*(?:"|$)|'(?:\\.|[^'\\\n])*(?:'|$))|#[^\n]*/gm;

/** A text with what is inside its strings and comments left out; an f-string stays `f""`. */
function bare(text: string): string {
  return text.replace(LITERALS, (whole, prefix: string | undefined) =>
    whole.startsWith('#') ? '' : `${prefix}""`,
  );
}

const IN_TEXT: Readonly<Record<Construct, RegExp>> = {
  regex: /\bimport\s+re\b|\bfrom\s+re\b|\bre\s*\.\s*\w/,
  try: /\btry\s*:/,
  while: /\bwhile\b/,
  comprehension: /\[[^[\]\n]*(?:\[[^[\]\n]*\][^[\]\n]*)*\bfor\b/,
  fstring: /\bf""/,
  lambda: /\blambda\b/,
  message: /\bassert\b(?:[^,\n()[\]]|\([^\n]*?\)|\[[^\n]*?\])*,/,
  global: /\bglobal\b/,
  nested: /^[ \t]+def\b/m,
};

/** The constructs that a text shows, whole or cut off, parsed or not: for sampling line by line. */
export function constructsInText(text: string): Construct[] {
  const code = bare(text);
  return CONSTRUCTS.filter((construct) => IN_TEXT[construct].test(code));
}

/**
 * The published detector of regular expressions (tilde-research/sieve), for comparison: it misses functions that
 * were imported by name.
 */
export const PUBLISHED_REGEX_DETECTOR =
  /\bre\.(match|search|sub|findall|finditer|split|compile|fullmatch|escape|subn)\b/;
