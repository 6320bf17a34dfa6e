/**
 * @file Trains a byte-level byte-pair encoding (Sennrich, Haddow, Birch 2016; bytes as in GPT-2)
 * and writes it as the `tokenizer.json` that Hugging Face `tokenizers` reads.
 */
import { badUsage } from '../tensor/errors.ts';
import { BYTE_CHARACTERS, literalSplitter, splitPieces, toByteCharacters } from './byteLevel.ts';
import { PairQueue } from './pairQueue.ts';

/** What to train. */
export interface BpeOptions {
  /** Tokens in all: special tokens, 256 bytes, and merges. Fewer come out when no pair is left. */
  readonly vocabSize: number;
  /** Tokens that stand for themselves in a text; they get the first ids, in this order. */
  readonly specialTokens: readonly string[];
}

/** A word of the texts as symbol ids, with the number of times that it occurs. */
interface Word {
  symbols: number[];
  readonly count: number;
}

/**
 * Trains a tokenizer.
 *
 * The most frequent pair is merged first; of equally frequent pairs the one with the lower left id,
 * then the lower right id, which is also the rule of Hugging Face's trainer. Ids: special tokens,
 * the 256 bytes by code point of their character, merges. Special tokens in the texts take no part.
 *
 * @returns the parsed `tokenizer.json`
 * @throws TouchstoneError when the options make no vocabulary
 */
export function trainByteLevelBpe(texts: Iterable<string>, options: BpeOptions) {
  checkOptions(options);
  const vocabulary = new Map(
    [...options.specialTokens, ...[...BYTE_CHARACTERS].sort()].map((t, i) => [t, i]),
  );
  const words = countWords(texts, options.specialTokens, vocabulary);
  const merges = learnMerges(words, vocabulary, options.vocabSize);
  return tokenizerJson(options.specialTokens, vocabulary, merges);
}

function checkOptions({ vocabSize, specialTokens }: BpeOptions): void {
  const least = specialTokens.length + 256;
  if (!Number.isInteger(vocabSize) || vocabSize < least) {
    badUsage(
      `vocabSize is ${vocabSize}, expected an integer of at least ${least}: the special tokens and 256 bytes`,
    );
  }
  const bad = specialTokens.find(
    (token, i) => [...token].length < 2 || specialTokens.indexOf(token) !== i,
  );
  if (bad !== undefined)
    badUsage(
      `special token ${JSON.stringify(bad)}: expected distinct texts of two characters or more`,
    );
}

function countWords(
  texts: Iterable<string>,
  specials: readonly string[],
  ids: Map<string, number>,
): Word[] {
  const split = literalSplitter(specials);
  const counts = new Map<string, number>();
  for (const text of texts) {
    split(text).forEach((section, place) => {
      if (place % 2 === 1) return;
      for (const piece of splitPieces(section)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    });
  }
  return Array.from(counts, ([piece, count]) => ({
    symbols: Array.from(toByteCharacters(piece), (character) => ids.get(character)!),
    count,
  }));
}

/** Merges until the vocabulary is full; adds the new tokens to it. Returns the merges in order. */
function learnMerges(words: Word[], vocabulary: Map<string, number>, vocabSize: number): string[] {
  const tokens = [...vocabulary.keys()];
  const pairs = new PairQueue();
  for (const [index, word] of words.entries()) pairs.add(word.symbols, word.count, index);
  const merges: string[] = [];
  while (vocabulary.size < vocabSize) {
    const best = pairs.pop();
    if (best === undefined) break;
    const { left, right } = best;
    const merged = tokens[left]! + tokens[right]!;
    // Two ways of merging can give the same token: it keeps its first id.
    const id = vocabulary.get(merged) ?? vocabulary.size;
    if (id === vocabulary.size) tokens.push(merged);
    vocabulary.set(merged, id);
    merges.push(`${tokens[left]} ${tokens[right]}`);
    for (const index of best.words) replacePair(words[index]!, index, left, right, id, pairs);
  }
  return merges;
}

function replacePair(
  word: Word,
  index: number,
  left: number,
  right: number,
  id: number,
  pairs: PairQueue,
): void {
  const { symbols, count } = word;
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const matches = symbols[i] === left && symbols[i + 1] === right;
    merged.push(matches ? id : symbols[i]!);
    if (matches) i++;
  }
  if (merged.length === symbols.length) return;
  pairs.add(symbols, -count, index);
  pairs.add(merged, count, index);
  word.symbols = merged;
}

function tokenizerJson(
  specials: readonly string[],
  vocabulary: Map<string, number>,
  merges: string[],
) {
  const flags = {
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  };
}
