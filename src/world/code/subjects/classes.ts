/** @file Kinds of characters: how a program tests for one, the pattern that matches it, and pieces of text that have it. */
import type { RandomReader } from '../../../tensor/random.ts';

export interface CharacterClass {
  readonly name: string;
  readonly one: string;
  /** A condition on the variable that holds a character. */
  readonly test: (character: string) => string;
  readonly pattern: string;
  /** A piece of text whose characters are all of the class. */
  readonly piece: (reader: RandomReader) => string;
}

const WORDS = ['cat', 'dog', 'sun', 'map', 'tree', 'king', 'rain', 'blue', 'egg', 'oak'];
/** Letters that stand alone: a text may have no other of its kind. */
const LETTERS = ['a', 'e', 'k', 'x'];
const CAPITALS = ['A', 'B', 'AB', 'XY', 'Q', 'KM'];
const VOWELS = ['a', 'e', 'io', 'u', 'oa'];
const STOPS = ['.', ',', ';', ';,'];
const DASHES = ['-', '_', '--'];

const digits = (reader: RandomReader) => String(reader.integer(100));

export const CLASSES: readonly CharacterClass[] = [
  {
    name: 'digits',
    one: 'digit',
    test: (c) => `${c}.isdigit()`,
    pattern: '[0-9]',
    piece: digits,
  },
  {
    name: 'vowels',
    one: 'vowel',
    test: (c) => `${c} in "aeiou"`,
    pattern: '[aeiou]',
    piece: (reader) => reader.pick(VOWELS),
  },
  {
    name: 'capitals',
    one: 'capital',
    test: (c) => `${c}.isupper()`,
    pattern: '[A-Z]',
    piece: (reader) => reader.pick(CAPITALS),
  },
  {
    name: 'smalls',
    one: 'small',
    test: (c) => `${c}.islower()`,
    pattern: '[a-z]',
    piece: (reader) => reader.pick([...WORDS, ...LETTERS, ...LETTERS]),
  },
  {
    name: 'letters',
    one: 'letter',
    test: (c) => `${c}.isalpha()`,
    pattern: '[A-Za-z]',
    piece: (reader) => reader.pick([...WORDS, ...CAPITALS, ...LETTERS]),
  },
  {
    name: 'stops',
    one: 'stop',
    test: (c) => `${c} in ".,;"`,
    pattern: '[.,;]',
    piece: (reader) => reader.pick(STOPS),
  },
  {
    name: 'dashes',
    one: 'dash',
    test: (c) => `${c} in "-_"`,
    pattern: '[-_]',
    piece: (reader) => reader.pick(DASHES),
  },
];

/** A piece of text of any kind. */
export function anyPiece(reader: RandomReader): string {
  return reader.pick(CLASSES).piece(reader);
}

/** A text of one to three pieces, each of the class more often than not. */
export function mixedText(reader: RandomReader, of: CharacterClass): string {
  const pieces = Array.from({ length: 1 + reader.integer(3) }, () =>
    reader.uniform() < 0.5 ? of.piece(reader) : anyPiece(reader),
  );
  return pieces.join('');
}

export function word(reader: RandomReader): string {
  return reader.pick(WORDS);
}
