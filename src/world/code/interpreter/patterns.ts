/**
 * @file Regular expressions that JavaScript's engine runs as Python's would, and in bounded time: literals,
 * classes, repetitions of single characters, groups that occur once or not at all, alternatives, anchors. ASCII only.
 */
import { raise, stop } from './faults.ts';

/** More places that can take several lengths would make a search over a long text slow. */
const MOST_VARIABLE = 4;
const LONGEST_PATTERN = 80;
const LONGEST_TEXT = 200;

const PIECE =
  /\\(?:[dDwWsSbB]|[^A-Za-z0-9])|\[\^?(?:\\[dDwWsS\\\][^-]|[^\\\]])+\]|\((?:\?:)?(?!\?)|[)|^$.]|[*+?]|\{\d+(?:,\d*)?\}|[^\\()[\]{}*+?|^$.]/y;

/** A compiled pattern: how it is searched from a place on. */
export interface Compiled {
  /** The first match at or after `from`. */
  search(text: string, from?: number): RegExpExecArray | null;
  /** A match that begins at the start. */
  match(text: string): RegExpExecArray | null;
  /** A match of the whole text. */
  full(text: string): RegExpExecArray | null;
}

const known = new Map<string, Compiled>();

/** Compiles a pattern of Python. Raises `re.error` in the program where it is none; stops where it is beyond the language. */
export function compilePattern(source: string): Compiled {
  const seen = known.get(source);
  if (seen) return seen;
  const translated = translate(source);
  const compiled = build(translated);
  if (known.size > 1000) known.clear();
  known.set(source, compiled);
  return compiled;
}

function build(source: string): Compiled {
  const anywhere = new RegExp(source, 'g');
  const start = new RegExp(`(?:${source})`, 'y');
  const whole = new RegExp(`(?:${source})$`, 'y');
  const run = (pattern: RegExp, text: string, from = 0) => {
    if (text.length > LONGEST_TEXT) stop(`a pattern on more than ${LONGEST_TEXT} characters`);
    pattern.lastIndex = from;
    return pattern.exec(text);
  };
  return {
    search: (text, from) => run(anywhere, text, from),
    match: (text) => run(start, text),
    full: (text) => run(whole, text),
  };
}

/** The same pattern for JavaScript. Python's `$` also matches before a last line end. */
function translate(source: string): string {
  if (source.length > LONGEST_PATTERN) stop(`a pattern of more than ${LONGEST_PATTERN} characters`);
  const pieces = piecesOf(source);
  checkRepeats(pieces);
  const translated = pieces.map((piece) => (piece === '$' ? '(?=\\n?$)' : piece)).join('');
  try {
    new RegExp(translated);
  } catch {
    raise('error', `bad pattern ${JSON.stringify(source)}`);
  }
  return translated;
}

function piecesOf(source: string): string[] {
  const pieces: string[] = [];
  for (PIECE.lastIndex = 0; PIECE.lastIndex < source.length; ) {
    const at = PIECE.lastIndex;
    const piece = PIECE.exec(source)?.[0];
    if (piece === undefined) return notTaken(source, at);
    pieces.push(piece);
  }
  return pieces;
}

/** Brackets that do not close are wrong in Python too; all else is merely beyond the language. */
function notTaken(source: string, at: number): never {
  if (source[at] === '[' || at === source.length - 1)
    raise('error', `bad pattern ${JSON.stringify(source)}`);
  return stop(`'${source.slice(at, at + 2)}' in a pattern is beyond the language`);
}

function isRepeat(piece: string | undefined): boolean {
  return piece !== undefined && /^(?:[*+?]|\{\d)/.test(piece);
}

function checkRepeats(pieces: readonly string[]): void {
  let variable = 0;
  pieces.forEach((piece, i) => {
    if (piece === '|' || (isRepeat(piece) && !/^\{\d+\}$/.test(piece))) variable++;
    if (isRepeat(piece)) checkRepeated(piece, pieces[i - 1], pieces[i + 1]);
    if (/^\{\d{3,}|,\d{3,}/.test(piece)) stop('a pattern that repeats a hundred times');
  });
  if (variable > MOST_VARIABLE) stop('a pattern with too many repetitions');
}

function checkRepeated(piece: string, before: string | undefined, after: string | undefined): void {
  if (before === undefined || before === '(' || before === '(?:' || before === '|')
    raise('error', 'nothing to repeat');
  if ((before === ')' && piece !== '?') || before === '^' || before === '$')
    stop('a repeated group is beyond the language');
  if (isRepeat(after)) stop('a repeated repetition is beyond the language');
}
