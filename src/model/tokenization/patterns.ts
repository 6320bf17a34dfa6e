/** @file Patterns of `tokenizer.json`: compiled, matched, and texts split at them. */
import { badInput } from '../../tensor/errors.ts';
import type { AlignedText, Span } from './alignedText.ts';
import { SplitPreTokenizer } from './library.ts';
import type { PatternJson, SplitBehavior } from './schema.ts';

/** Unicode White_Space. JavaScript's own `\s` has U+FEFF besides and lacks U+0085. */
export const WHITE_SPACE = '\\p{White_Space}';

/** What Rust's regular expressions call a word character. */
export const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';

/** Compiles a pattern: literal text, or an Oniguruma expression in JavaScript's terms. */
export function compilePattern(pattern: PatternJson): RegExp {
  if ('String' in pattern) return literalPattern([pattern.String]);
  const source = pattern.Regex;
  if (NOT_IN_JAVASCRIPT.test(source.replace(/\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]])*\]/gs, '.'))) {
    // The greedy form would match other texts.
    const shown = JSON.stringify(source);
    badInput(`the pattern ${shown} has an atomic group or a possessive quantifier: not supported`);
  }
  const { pattern: compiled } = new SplitPreTokenizer({ pattern });
  return foldsCase(source) ? withFolds(compiled) : compiled;
}

const NOT_IN_JAVASCRIPT = /\(\?>|[?*+]\+/;

/** A pattern that finds any of the texts, of several at one place the longest. */
export function literalPattern(literals: readonly string[]): RegExp {
  const longestFirst = [...literals].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const escaped = longestFirst.map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(escaped.join('|'), 'gu');
}

function foldsCase(source: string): boolean {
  return source.includes('(?i:') && !/\[(?:sS|kK)\]/.test(source);
}

/** Two letters fold to ASCII from outside it: the long s and the Kelvin sign. */
function withFolds(compiled: RegExp): RegExp {
  const source = compiled.source.replaceAll('[sS]', '[sSſ]').replaceAll('[kK]', '[kK\u212a]');
  return new RegExp(source, compiled.flags);
}

/** A part of a text, and whether the pattern matched it. Parts cover the text. */
export interface Part {
  start: number;
  end: number;
  matched: boolean;
}

/** Where a pattern matches, and what is between. */
export function partsOf(text: string, pattern: RegExp): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (done < index) parts.push({ start: done, end: index, matched: false });
    done = index + found.length;
    parts.push({ start: index, end: done, matched: true });
  }
  if (done < text.length) parts.push({ start: done, end: text.length, matched: false });
  return parts;
}

/** The places of all matches. */
export function matchesOf(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => [index, index + found.length]);
}

/** Splits a text into the parts of it; what to do with matches is the behaviour. Empty pieces are left out. */
export function splitAt(
  text: AlignedText,
  parts: readonly Part[],
  behavior: SplitBehavior,
): AlignedText[] {
  const kept = behavior === 'Removed' ? parts.filter((part) => !part.matched) : parts;
  return joined(kept, behavior)
    .filter((part) => part.end > part.start)
    .map((part) => text.slice(part.start, part.end));
}

function joined(parts: readonly Part[], behavior: SplitBehavior): readonly Part[] {
  if (behavior === 'Contiguous') return joinWhere(parts, (part, last) => part.matched === last);
  if (behavior === 'MergedWithPrevious')
    return joinWhere(parts, (part, last) => part.matched && !last);
  if (behavior === 'MergedWithNext') return joinNext(parts);
  return parts;
}

/** Joins a part to the one before it where the rule says so; it is told whether the part before was a match. */
function joinWhere(
  parts: readonly Part[],
  joins: (part: Part, previousMatched: boolean) => boolean,
): Part[] {
  const out: Part[] = [];
  let previous = false;
  for (const part of parts) {
    const last = out.at(-1);
    if (last !== undefined && joins(part, previous)) last.end = part.end;
    else out.push({ ...part });
    previous = part.matched;
  }
  return out;
}

function joinNext(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  let next = false;
  for (const part of parts.toReversed()) {
    const last = out.at(-1);
    if (last !== undefined && part.matched && !next) last.start = part.start;
    else out.push({ ...part });
    next = part.matched;
  }
  return out.reverse();
}
