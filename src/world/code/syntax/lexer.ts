/** @file Splits a program into tokens; indentation becomes tokens of its own, as in Python. */
import { decodeEscapes } from './strings.ts';
import { CodeFault } from './tree.ts';

export interface Token {
  /** 'string' holds the decoded value, 'formatted' the raw text between the quotes of an f-string. */
  readonly kind:
    | 'name'
    | 'keyword'
    | 'number'
    | 'string'
    | 'formatted'
    | 'operator'
    | 'newline'
    | 'indent'
    | 'dedent'
    | 'end';
  readonly text: string;
  readonly at: number;
}

/** Python's reserved words, those that the language lacks too: none can be a name. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from
  global if import in is lambda nonlocal not or pass raise return try while with yield`.split(
    /\s+/,
  ),
);

const BLANK = /(?:[ ]|#[^\n]*)*/y;
const WORD = /[A-Za-z_][A-Za-z_0-9]*/y;
const NUMBER = /[0-9]+/y;
const STRING = /([rf]?)("""|'''|"|')/y;
const OPERATOR = /\/\/=|[=!<>]=|[+\-*%]=|\/\/|[-+*%<>=()[\],:.]/y;
const FOREIGN = /[^\n -~]/;

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #indents: number[] = [0];
  readonly #open: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Token[] {
    const foreign = FOREIGN.exec(this.#text);
    if (foreign) this.#fault('only plain ASCII text is part of the language', foreign.index);
    while (this.#at < this.#text.length) {
      if (this.#open.length === 0 && this.#atLineStart()) this.#indentation();
      else this.#token();
    }
    return this.#close();
  }

  #close(): Token[] {
    if (this.#open.length > 0) this.#fault(`'${this.#open.at(-1)}' is never closed`);
    const last = this.#tokens.at(-1);
    if (last && last.kind !== 'newline') this.#push('newline', '\n');
    for (const _ of this.#indents.slice(1)) this.#push('dedent', '');
    this.#push('end', '');
    return this.#tokens;
  }

  #fault(message: string, at = this.#at): never {
    throw new CodeFault(message, at);
  }

  #push(kind: Token['kind'], text: string, at = this.#at): void {
    this.#tokens.push({ kind, text, at });
  }

  #atLineStart(): boolean {
    return this.#at === 0 || this.#text[this.#at - 1] === '\n';
  }

  /** What a sticky pattern matches here, and steps over it. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  /** Blank lines and comments have no indentation. */
  #indentation(): void {
    const start = this.#at;
    const blank = this.#take(BLANK)!;
    if (this.#at >= this.#text.length) return;
    if (this.#text[this.#at] === '\n') this.#at++;
    else this.#indentTo(blank.length, start);
  }

  #indentTo(width: number, at: number): void {
    if (width > this.#indents.at(-1)!) {
      this.#indents.push(width);
      this.#push('indent', '', at);
    }
    while (width < this.#indents.at(-1)!) {
      this.#indents.pop();
      this.#push('dedent', '', at);
    }
    if (width !== this.#indents.at(-1)) this.#fault('the indentation fits no block', at);
    if (this.#atLineStart()) this.#token();
  }

  #token(): void {
    this.#take(BLANK);
    const start = this.#at;
    if (start >= this.#text.length) return;
    if (this.#text[start] === '\n') this.#lineEnd();
    else if (!this.#literal(start) && !this.#word(start)) this.#operator(start);
  }

  #lineEnd(): void {
    if (this.#open.length === 0) this.#push('newline', '\n');
    this.#at++;
  }

  #literal(start: number): boolean {
    STRING.lastIndex = start;
    const opening = STRING.exec(this.#text);
    if (opening) this.#string(opening[1]!, opening[2]!, start);
    return opening !== null || this.#number(start);
  }

  #string(prefix: string, quote: string, start: number): void {
    const from = start + prefix.length + quote.length;
    const end = this.#stringEnd(from, quote);
    const raw = this.#text.slice(from, end);
    this.#at = end + quote.length;
    if (prefix === 'f') this.#push('formatted', raw, from);
    else this.#push('string', prefix === 'r' ? raw : decodeEscapes(raw, from), start);
  }

  #stringEnd(from: number, quote: string): number {
    for (let at = from; at < this.#text.length; at++) {
      if (this.#text.startsWith(quote, at)) return at;
      if (this.#text[at] === '\\') at++;
      if (this.#text[at] === '\n' && quote.length === 1) break;
    }
    return this.#fault('the string is never closed', from);
  }

  #number(start: number): boolean {
    const digits = this.#take(NUMBER);
    if (digits === undefined) return false;
    if (/^0+[1-9]/.test(digits)) this.#fault('a number has no leading zeros', start);
    if (!Number.isSafeInteger(Number(digits))) this.#fault('the number is too large', start);
    if (/[A-Za-z_.]/.test(this.#text[this.#at] ?? ''))
      this.#fault('only whole decimal numbers are part of the language', start);
    this.#push('number', digits, start);
    return true;
  }

  #word(start: number): boolean {
    const word = this.#take(WORD);
    if (word === undefined) return false;
    if (/["']/.test(this.#text[this.#at] ?? ''))
      this.#fault(`strings have no prefix '${word}'`, start);
    this.#push(KEYWORDS.has(word) ? 'keyword' : 'name', word, start);
    return true;
  }

  #operator(start: number): void {
    const operator = this.#take(OPERATOR);
    if (operator === undefined)
      this.#fault(`'${this.#text[start]}' is not part of the language`, start);
    if (operator === '(' || operator === '[') this.#open.push(operator);
    if (operator === ')' || operator === ']') this.#closeBracket(operator, start);
    this.#push('operator', operator, start);
  }

  #closeBracket(bracket: ')' | ']', start: number): void {
    const opening = bracket === ')' ? '(' : '[';
    if (this.#open.pop() !== opening) this.#fault(`'${bracket}' closes nothing`, start);
  }
}

/** The tokens of a program, `end` last. @throws CodeFault */
export function tokensOf(text: string): Token[] {
  return new Lexer(text).all();
}
