/** @file Pre-tokenizers of `tokenizer.json`: how a text splits into the pieces that a model sees. */
import { PIECES } from '../byteLevel.ts';
import type { AlignedText } from './alignedText.ts';
import { replacer, toBytes } from './normalizers.ts';
import {
  compilePattern,
  literalPattern,
  type Part,
  partsOf,
  splitAt,
  WHITE_SPACE,
  WORD,
} from './patterns.ts';
import type { MetaspaceJson, PreTokenizerJson, SplitBehavior } from './schema.ts';

/** Splits a piece further. */
export type PreTokenizer = (piece: AlignedText) => AlignedText[];

/** How text becomes pieces. */
export interface Splitting {
  readonly split: PreTokenizer;
  /** Whether pieces still have to be written as bytes; left to the end, where a piece may be remembered. */
  readonly bytesLast: boolean;
}

/** The splitting that a pre-tokenizer of the file stands for. */
export function makeSplitting(json: PreTokenizerJson | null | undefined): Splitting {
  const steps = json == null ? [] : flattened(json);
  const last = steps.at(-1);
  const bytesLast = last?.type === 'ByteLevel';
  const makes = steps.map((step) => makePreTokenizer(step, bytesLast && step === last));
  return { split: inTurn(makes), bytesLast };
}

function flattened(json: PreTokenizerJson): Exclude<PreTokenizerJson, { type: 'Sequence' }>[] {
  return json.type === 'Sequence' ? json.pretokenizers.flatMap(flattened) : [json];
}

function inTurn(steps: readonly PreTokenizer[]): PreTokenizer {
  return (piece) => steps.reduce((pieces, step) => pieces.flatMap(step), [piece]);
}

function makePreTokenizer(
  json: Exclude<PreTokenizerJson, { type: 'Sequence' }>,
  bytesLater: boolean,
): PreTokenizer {
  switch (json.type) {
    case 'ByteLevel':
      return byteLevel(json.add_prefix_space, json.use_regex ?? true, bytesLater);
    case 'Metaspace':
      return metaspace(json);
    case 'Split':
      return at(compilePattern(json.pattern), json.behavior, json.invert);
    case 'Digits':
      return at(/\p{N}/gu, json.individual_digits ? 'Isolated' : 'Contiguous');
    case 'Punctuation':
      return at(/[\p{P}!-/:-@[-`{-~]/gu, json.behavior ?? 'Isolated');
    case 'Whitespace':
      return at(WORDS, 'Removed', true);
    case 'WhitespaceSplit':
      return at(new RegExp(WHITE_SPACE, 'gu'), 'Removed');
  }
}

const WORDS = new RegExp(`[${WORD}]+|[^${WORD}${WHITE_SPACE}]+`, 'gu');

function at(pattern: RegExp, behavior: SplitBehavior, inverted = false): PreTokenizer {
  const flip = (part: Part): Part => ({ ...part, matched: !part.matched });
  return (piece) => {
    const parts = partsOf(piece.text, pattern);
    return splitAt(piece, inverted ? parts.map(flip) : parts, behavior);
  };
}

function byteLevel(prefixSpace: boolean, useRegex: boolean, later: boolean): PreTokenizer {
  const split = useRegex ? at(PIECES, 'Isolated') : (piece: AlignedText) => [piece];
  return (piece) => {
    const prefixed = prefixSpace && !piece.text.startsWith(' ') ? piece.prepend(' ') : piece;
    return later ? split(prefixed) : split(prefixed).map(toBytes);
  };
}

function metaspace(json: MetaspaceJson): PreTokenizer {
  const { replacement } = json;
  const scheme = json.add_prefix_space === false ? 'never' : (json.prepend_scheme ?? 'always');
  const mark = replacer(/ /g, replacement);
  const split = at(literalPattern([replacement]), 'MergedWithNext');
  return (piece) => {
    const marked = mark(piece);
    const prepends = scheme === 'always' || (scheme === 'first' && piece.startOf(0) === 0);
    const prefixed =
      prepends && !marked.text.startsWith(replacement) ? marked.prepend(replacement) : marked;
    return json.split === false ? [prefixed] : split(prefixed);
  };
}
