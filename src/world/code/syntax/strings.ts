/** @file What is written between the quotes of a string, and what it stands for. */
import { CodeFault } from './tree.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Escapes that Python knows and the language does not. */
const FOREIGN = /[0-7abfrvxuNU\n]/;

/** The value of a string literal's text; as in Python, an escape that means nothing stays as it is. */
export function decodeEscapes(raw: string, at: number): string {
  return raw.replace(/\\([\s\S])/g, (whole, character: string, offset: number) => {
    if (FOREIGN.test(character))
      throw new CodeFault(`the escape ${whole} is not part of the language`, at + offset);
    return ESCAPES[character] ?? whole;
  });
}

/** Texts and the source of expressions between braces, in order. */
export interface FormattedPart {
  readonly kind: 'text' | 'expression';
  readonly text: string;
  readonly at: number;
}

/** Splits the raw text of an f-string; `{{` and `}}` are braces. @throws CodeFault */
export function formattedParts(raw: string, at: number): FormattedPart[] {
  const parts: FormattedPart[] = [];
  const pattern = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const match of raw.matchAll(pattern)) parts.push(partOf(match, at + match.index));
  return parts;
}

function partOf(match: RegExpExecArray, at: number): FormattedPart {
  const [whole, inner] = match;
  if (inner !== undefined) return { kind: 'expression', text: innerSource(inner, at), at: at + 1 };
  if (whole === '{' || whole === '}')
    throw new CodeFault(`a single '${whole}' in a formatted string`, at);
  const text = whole === '{{' ? '{' : whole === '}}' ? '}' : decodeEscapes(whole, at);
  return { kind: 'text', text, at };
}

function innerSource(source: string, at: number): string {
  if (source.trim() === '') throw new CodeFault('nothing between the braces', at);
  if (/[\\#\n]|[!:=](?!=)/.test(source.replace(/[=!<>]=/g, '')))
    throw new CodeFault('a formatted value has no format of its own in the language', at);
  return source;
}
