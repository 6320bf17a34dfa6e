/** @file The tokens of a program as a parser reads them: one after another. */
import type { Token } from './lexer.ts';
import { CodeFault } from './tree.ts';

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The token after the next. */
  get second(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)]!;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** Whether the next token is this keyword or operator. */
  sees(text: string): boolean {
    const { kind, text: own } = this.next;
    return (kind === 'keyword' || kind === 'operator') && own === text;
  }

  /** Steps over a keyword or operator where it comes next. */
  accept(text: string): boolean {
    const seen = this.sees(text);
    if (seen) this.take();
    return seen;
  }

  expect(text: string): Token {
    if (!this.sees(text)) this.fault(`expected '${text}'`);
    return this.take();
  }

  /** Steps over a token of a kind where it comes next. */
  acceptKind(kind: Token['kind']): boolean {
    const seen = this.next.kind === kind;
    if (seen) this.take();
    return seen;
  }

  /** Steps over a token of a kind and gives its text. */
  expectKind(kind: Token['kind']): string {
    if (this.next.kind !== kind) this.fault(`expected a ${kind}`);
    return this.take().text;
  }

  fault(message: string): never {
    const { kind, text, at } = this.next;
    throw new CodeFault(`${message}, found ${text.trim() === '' ? kind : `'${text}'`}`, at);
  }
}
