/** @file The `tokenizer.json` and `tokenizer_config.json` that a GGUF file's vocabulary stands for. */
import { Tokenizer } from '../tokenizer.ts';
import type { GgufFile } from './file.ts';
import { mergesOf } from './merges.ts';
import { preTokenizerJson, SPLITTINGS, type Splitting } from './preTokenizers.ts';
import { settings, surrounding } from './specialTokens.ts';
import {
  CONTROL,
  NORMAL,
  roleId,
  type Token,
  tokensOf,
  UNKNOWN,
  USER_DEFINED,
} from './vocabulary.ts';

const KEY = 'tokenizer.ggml';

/**
 * The tokenizer of a file; undefined where it has none.
 *
 * @throws TouchstoneError naming the key that is missing, malformed, or of a kind that is not known
 */
export function ggufTokenizer(file: GgufFile): Tokenizer | undefined {
  const { metadata, source } = file;
  const kind = metadata.text(`${KEY}.model`) ?? 'none';
  if (kind === 'none') return undefined;
  if (kind !== 'gpt2' && kind !== 'llama') metadata.refuse(`${KEY}.model`, '"gpt2" or "llama"');
  const tokens = tokensOf(file);
  const parts = kind === 'gpt2' ? byteLevel(file, tokens) : sentencePiece(file, tokens);
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tokens.filter(isAdded).map((token) => addedToken(file, token, kind)),
    ...parts,
  };
  return Tokenizer.parse(json, settings(file, tokens), source.name);
}

const ADDED: ReadonlySet<number> = new Set([UNKNOWN, CONTROL, USER_DEFINED]);

function isAdded({ type }: Token): boolean {
  return ADDED.has(type);
}

/** Special tokens of Phi-3 that leave the space after them alone. */
const PHI3_KEEPING: ReadonlySet<string> = new Set(['<unk>', '<s>', '<|endoftext|>']);

function addedToken({ architecture }: GgufFile, { id, text, type }: Token, kind: string): object {
  const special = type !== USER_DEFINED;
  return {
    id,
    content: text,
    single_word: false,
    lstrip: false,
    // Files do not say so, but Phi-3's tokens of turns swallow the line break after them.
    rstrip: architecture === 'phi3' && kind === 'llama' && special && !PHI3_KEEPING.has(text),
    normalized: false,
    special,
  };
}

const model = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
};

function vocabOf(tokens: readonly Token[]): Record<string, number> {
  return Object.fromEntries(tokens.map(({ text, id }) => [text, id]));
}

function byteLevel(file: GgufFile, tokens: readonly Token[]): object {
  const { metadata } = file;
  const splitting = splittingOf(file);
  const merges = metadata.texts(`${KEY}.merges`);
  if (merges === undefined) return metadata.refuse(`${KEY}.merges`, 'an array of texts');
  return {
    normalizer: splitting.composed ? { type: 'NFC' } : null,
    pre_tokenizer: preTokenizerJson(splitting),
    post_processor: surrounding(file, tokens, splitting.begins === true),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...model,
      ignore_merges: splitting.ignoresMerges === true,
      vocab: vocabOf(tokens),
      merges,
    },
  };
}

/** Families that had one way to split before files named it. */
const BEFORE_NAMES: ReadonlyMap<string, string> = new Map([
  ['gpt2', 'gpt-2'],
  ['gptneox', 'olmo'],
]);

function splittingOf({ metadata, architecture }: GgufFile): Splitting {
  const name = metadata.text(`${KEY}.pre`) ?? BEFORE_NAMES.get(architecture);
  const splitting = name === undefined ? undefined : SPLITTINGS.get(name);
  return splitting ?? metadata.refuse(`${KEY}.pre`, `one of ${[...SPLITTINGS.keys()].join(', ')}`);
}

const SPACE = '▁';
const replace = (from: string, content: string) => ({
  type: 'Replace',
  pattern: { String: from },
  content,
});

function sentencePiece(file: GgufFile, tokens: readonly Token[]): object {
  const { metadata } = file;
  if (metadata.flag(`${KEY}.remove_extra_whitespaces`))
    metadata.refuse(`${KEY}.remove_extra_whitespaces`, 'false: not supported');
  const prefixed = metadata.flag(`${KEY}.add_space_prefix`) ?? true;
  const marks = replace(' ', SPACE);
  const decoders = [replace(SPACE, ' '), { type: 'ByteFallback' }, { type: 'Fuse' }];
  const unknown = roleId(file, 'unknown');
  const isUnknown = ({ type, id }: Token) =>
    unknown === undefined ? type === UNKNOWN : id === unknown;
  return {
    normalizer: prefixed
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, marks] }
      : marks,
    pre_tokenizer: null,
    post_processor: surrounding(file, tokens, true),
    decoder: {
      type: 'Sequence',
      decoders: prefixed
        ? [...decoders, { type: 'Strip', content: ' ', start: 1, stop: 0 }]
        : decoders,
    },
    model: {
      ...model,
      unk_token: tokens.find(isUnknown)?.text ?? null,
      fuse_unk: true,
      byte_fallback: tokens.some(({ text }) => text === '<0x00>'),
      ignore_merges: false,
      vocab: vocabOf(tokens),
      merges: metadata.texts(`${KEY}.merges`) ?? scoredMerges(file, tokens),
    },
  };
}

function scoredMerges({ metadata }: GgufFile, tokens: readonly Token[]): [string, string][] {
  const scores = metadata.numbers(`${KEY}.scores`);
  const count = metadata.texts(`${KEY}.tokens`)!.length;
  if (scores !== undefined && scores.length !== count)
    metadata.refuse(`${KEY}.scores`, `one score for each of ${count} tokens`);
  const merged = tokens.filter(({ type }) => type === NORMAL || type === USER_DEFINED);
  return mergesOf(merged.map(({ text, id }) => ({ token: text, id, score: scores?.[id] ?? 0 })));
}
