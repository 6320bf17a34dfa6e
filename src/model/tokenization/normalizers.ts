/** @file Normalizers of `tokenizer.json`: a text rewritten before it is split, with its spans. */
import { BYTE_CHARACTERS } from '../byteLevel.ts';
import type { AlignedText, Rewritten } from './alignedText.ts';
import { normalForm } from './composition.ts';
import { compilePattern, matchesOf, WHITE_SPACE } from './patterns.ts';
import type { NormalizerJson } from './schema.ts';

/** Rewrites a text. */
export type Normalizer = (text: AlignedText) => AlignedText;

/** The function that a normalizer of the file stands for. */
export function makeNormalizer(json: NormalizerJson): Normalizer {
  switch (json.type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => normalForm(text, json.type);
    case 'Lowercase':
      return (text) => perCharacter(text, (character) => character.toLowerCase());
    case 'StripAccents':
      return (text) => filter(text, (character) => !/\p{M}/u.test(character));
    case 'Nmt':
      return (text) =>
        perCharacter(
          filter(text, (c) => !NMT_REMOVED.test(c)),
          nmtSpace,
        );
    case 'ByteLevel':
      return toBytes;
    case 'Prepend':
      return (text) => text.prepend(json.prepend);
    case 'Strip':
      return (text) => strip(text, json.strip_left, json.strip_right);
    case 'Replace':
      return replacer(compilePattern(json.pattern), json.content);
    case 'Sequence':
      return inTurn(json.normalizers.map(makeNormalizer));
  }
}

function inTurn(steps: readonly Normalizer[]): Normalizer {
  return (text) => steps.reduce((rewritten, step) => step(rewritten), text);
}

/** Replaces what a pattern matches. */
export function replacer(pattern: RegExp, content: string): Normalizer {
  return (text) => {
    const matches = matchesOf(text.text, pattern);
    const unitForUnit = content.length === 1 && matches.every(([start, end]) => end === start + 1);
    // A unit in the place of a unit keeps its span: nothing needs to be built.
    return unitForUnit
      ? text.withText(text.text.replace(pattern, () => content))
      : text.replace(matches, content);
  };
}

/** Every byte of the text's UTF-8 as the visible character that stands for it, with its whole character's span. */
export function toBytes(text: AlignedText): AlignedText {
  return perCharacter(text, (character) =>
    Array.from(encoder.encode(character), (byte) => BYTE_CHARACTERS[byte]!).join(''),
  );
}

const encoder = new TextEncoder();

/** Maps each character to one or more. */
function perCharacter(text: AlignedText, map: (character: string) => string): AlignedText {
  const out: Rewritten[] = [];
  let changed = false;
  for (const character of text.text) {
    const mapped = map(character);
    changed ||= mapped !== character;
    let change = 0;
    for (const part of mapped) {
      out.push([part, change]);
      change = 1;
    }
  }
  return changed ? text.rewrite(out) : text;
}

/** Leaves characters out; those gone belong to no span. */
function filter(text: AlignedText, keeps: (character: string) => boolean): AlignedText {
  const out: [string, number][] = [];
  let skipped = 0;
  for (const character of text.text) {
    const last = out.at(-1);
    if (keeps(character)) out.push([character, 0]);
    else if (last === undefined) skipped++;
    else last[1]--;
  }
  return text.rewrite(out, skipped);
}

const LEFT = new RegExp(`^${WHITE_SPACE}+`, 'u');
const RIGHT = new RegExp(`${WHITE_SPACE}+$`, 'u');

function strip(text: AlignedText, left: boolean, right: boolean): AlignedText {
  const start = left ? (LEFT.exec(text.text)?.[0].length ?? 0) : 0;
  const end = right ? (RIGHT.exec(text.text)?.index ?? text.text.length) : text.text.length;
  return text.slice(start, Math.max(start, end));
}

/** Control characters that SentencePiece's `nmt` rules remove. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const NMT_REMOVED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/;

function nmtSpace(character: string): string {
  return /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/.test(character)
    ? ' '
    : character;
}
