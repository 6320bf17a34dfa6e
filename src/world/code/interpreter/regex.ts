/** @file The module `re`. */
import type { Methods } from './attributes.ts';
import { raise, stop } from './faults.ts';
import { native } from './natives.ts';
import { type Compiled, compilePattern } from './patterns.ts';
import {
  Match,
  Module,
  type NativeFunction,
  numberOf,
  Pattern,
  Sequence,
  textOf,
  typeName,
  type Value,
} from './values.ts';

function found(match: RegExpExecArray | null): Value {
  return match === null ? null : new Match([...match], match.index);
}

/** All matches from left to right, as Python finds them: after an empty match the search goes on one further. */
function* matches(pattern: Compiled, text: string): Generator<RegExpExecArray> {
  for (let from = 0; from <= text.length; ) {
    const match = pattern.search(text, from);
    if (!match) return;
    yield match;
    const end = match.index + match[0].length;
    from = match[0] === '' ? end + 1 : end;
  }
}

function findall(pattern: Compiled, text: string): Value {
  const items = [...matches(pattern, text)].map((match) => {
    if (match.length > 2) stop('findall() of several groups is beyond the language');
    return match.at(-1) ?? '';
  });
  return new Sequence(items);
}

/** The pieces of a text between the matches. */
function between(
  pattern: Compiled,
  text: string,
  at: (match: RegExpExecArray) => string[],
): string[] {
  const pieces: string[] = [''];
  let end = 0;
  for (const match of matches(pattern, text)) {
    pieces[pieces.length - 1] += text.slice(end, match.index);
    pieces.push(...at(match), '');
    end = match.index + match[0].length;
  }
  pieces[pieces.length - 1] += text.slice(end);
  return pieces;
}

function substitute(pattern: Compiled, replacement: string, text: string): string {
  if (replacement.includes('\\')) stop("'\\' in a replacement is beyond the language");
  return between(pattern, text, () => [replacement]).join('');
}

function split(pattern: Compiled, text: string): Value {
  return new Sequence(
    between(pattern, text, (match) => {
      if (match.length > 1) stop('split() at groups is beyond the language');
      return [];
    }),
  );
}

type Search = (pattern: Compiled, text: string) => Value;

const SEARCHES: Readonly<Record<string, Search>> = {
  search: (pattern, text) => found(pattern.search(text)),
  match: (pattern, text) => found(pattern.match(text)),
  fullmatch: (pattern, text) => found(pattern.full(text)),
  findall,
  split,
};

/** A pattern as a text or compiled. */
function patternOf(value: Value): Compiled {
  if (value instanceof Pattern) return compilePattern(value.source);
  if (typeof value === 'string') return compilePattern(value);
  return raise('TypeError', `a pattern is a text, not ${typeName(value)}`);
}

const searchFunctions = Object.entries(SEARCHES).map(([name, search]) =>
  native(name, ['any', 'text'], ([pattern, text]) => search(patternOf(pattern!), textOf(text!))),
);

const sub = native('sub', ['any', 'text', 'text'], ([pattern, replacement, text], machine) => {
  const result = substitute(patternOf(pattern!), textOf(replacement!), textOf(text!));
  machine.sized(result.length);
  return result;
});

const compile = native('compile', ['text'], ([source]) => {
  compilePattern(textOf(source!));
  return new Pattern(textOf(source!));
});

/** What `import re` gives. */
export const RE = new Module(
  're',
  new Map<string, NativeFunction>([...searchFunctions, sub, compile].map((f) => [f.name, f])),
);

export const PATTERN_METHODS: Methods<Pattern> = {
  ...Object.fromEntries(
    Object.entries(SEARCHES).map(([name, search]): [string, Methods<Pattern>[string]] => [
      name,
      [['text'], (self, [text]) => search(patternOf(self), textOf(text!))],
    ]),
  ),
  sub: [
    ['text', 'text'],
    (self, [replacement, text]) => substitute(patternOf(self), textOf(replacement!), textOf(text!)),
  ],
};

export const MATCH_METHODS: Methods<Match> = {
  group: [
    ['int?'],
    (self, [number]) => {
      const at = numberOf(number ?? 0)!;
      if (at < 0 || at >= self.groups.length) raise('IndexError', 'no such group');
      return self.groups[at] ?? null;
    },
  ],
  start: [[], (self) => self.start],
  end: [[], (self) => self.start + self.groups[0]!.length],
};
