/**
 * @file Byte-level text, as GPT-2 has it (Radford et al. 2019, `encoder.py`): how text splits into
 * pieces before byte-pair merging, and how bytes are written as visible characters.
 */

/** Unicode White_Space. JavaScript's own `\s` has U+FEFF besides and lacks U+0085. */
const SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Words with their leading space, numbers, punctuation and runs of space. */
export const PIECES = new RegExp(
  `'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|[${SPACE}]+(?![^${SPACE}])|[${SPACE}]+`,
  'gu',
);

/** Splits text into words with their leading space, numbers, punctuation and runs of space. */
export function splitPieces(text: string): string[] {
  return text.match(PIECES) ?? [];
}

/** The character that stands for each byte: itself when printable, else U+0100 and up. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

/** How byte-level tokens write a space. */
export const SPACE_CHARACTER = BYTE_CHARACTERS[32]!;

function byteCharacters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
    return String.fromCharCode(printable ? byte : next++);
  });
}

const encoder = new TextEncoder();

/** Writes the UTF-8 bytes of a text as visible characters. */
export function toByteCharacters(text: string): string {
  let out = '';
  for (const byte of encoder.encode(text)) out += BYTE_CHARACTERS[byte]!;
  return out;
}

/** Splits a text around literal strings, the longest first: even places hold text, odd ones a literal. */
export function literalSplitter(literals: readonly string[]): (text: string) => string[] {
  if (literals.length === 0) return (text) => [text];
  const longestFirst = [...literals].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const escaped = longestFirst.map((literal) => literal.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  const pattern = new RegExp(`(${escaped.join('|')})`);
  return (text) => text.split(pattern);
}
