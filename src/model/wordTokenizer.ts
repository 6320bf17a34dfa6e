/** @file A tokenizer of whole words between spaces, for generated languages whose words are all known. */
import { badUsage } from '../tensor/errors.ts';

export interface WordTokenizerOptions {
  /** All words; a text's other words become `unknown`. */
  readonly words: readonly string[];
  /** Tokens that stand for themselves wherever they are written; they get the first ids. */
  readonly specialTokens: readonly string[];
  /** The special token of words that are not known. */
  readonly unknown: string;
}

/**
 * A `tokenizer.json` whose tokens are words; decoded, they are joined by single spaces.
 *
 * @throws TouchstoneError where a word has a space or is there twice
 */
export function wordTokenizer({ words, specialTokens, unknown }: WordTokenizerOptions) {
  const tokens = [...specialTokens, ...words];
  const bad = tokens.find((token, i) => !/^\S+$/.test(token) || tokens.indexOf(token) !== i);
  if (bad !== undefined)
    badUsage(`token ${JSON.stringify(bad)}: expected distinct words without spaces`);
  if (!specialTokens.includes(unknown)) badUsage(`'${unknown}' is none of the special tokens`);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({ id, content, ...flags, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    // Byte-pair merging without merges: a word of the vocabulary is a token, all else is unknown.
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
}
