/** @file Text to token ids and back, from a Hugging Face `tokenizer.json`. */
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { z } from 'zod';
import { badInput, nearest, TouchstoneError } from '../tensor/errors.ts';
import { literalSplitter, splitPieces, toByteCharacters } from './byteLevel.ts';
import { checkShape } from './json.ts';

/** Ids above this are refused: a vocabulary is a dense array. */
const MAX_ID = 2 ** 24;
const id = z.int().min(0).max(MAX_ID);
const part = z.looseObject({ type: z.string() }).nullish();

const addedToken = z.looseObject({
  id,
  content: z.string().min(1),
  single_word: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
  normalized: z.boolean().optional(),
  special: z.boolean().optional(),
});

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).nullish(),
  normalizer: part,
  pre_tokenizer: part,
  post_processor: part,
  decoder: part,
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.union([z.record(z.string(), id), z.array(z.tuple([z.string(), z.number()]))]),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).optional(),
  }),
});

/** A `tokenizer.json` whose outline has been checked. */
export type TokenizerJson = z.infer<typeof tokenizerJson>;

/** The part of the library's tokenizer that is used here; its own types do not resolve under NodeNext. */
interface LibraryTokenizer {
  readonly model: { encode(pieces: string[]): string[] };
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[] };
  decode(
    ids: number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
}

/** Pieces longer than this many characters are not remembered. */
const MAX_CACHED_LENGTH = 64;
/** The cache starts anew when it holds this many pieces. */
const MAX_CACHED_PIECES = 200_000;

/** A tokenizer: deterministic, without state that shows. */
export class Tokenizer {
  /** The parsed `tokenizer.json`, to be saved as it came. */
  readonly json: TokenizerJson;
  /** The parsed `tokenizer_config.json`, if there was one. */
  readonly configJson: Readonly<Record<string, unknown>> | undefined;
  /** One more than the largest id; a model's embedding has at least this many rows. */
  readonly vocabSize: number;
  readonly #library: LibraryTokenizer;
  readonly #splitSpecial: ((text: string) => string[]) | undefined;
  readonly #cache = new Map<string, readonly number[]>();

  private constructor(json: TokenizerJson, config: Record<string, unknown> | undefined) {
    this.json = json;
    this.configJson = config;
    this.#library = new Library(libraryJson(json), config ?? {}) as LibraryTokenizer;
    this.vocabSize = [...idsOf(json)].reduce((most, tokenId) => Math.max(most, tokenId), -1) + 1;
    if (isPlainByteLevel(json, config)) {
      this.#splitSpecial = literalSplitter((json.added_tokens ?? []).map((token) => token.content));
    }
  }

  /**
   * Opens a parsed `tokenizer.json`, with `tokenizer_config.json` where there is one.
   *
   * @param name the file, for messages
   * @throws TouchstoneError when the file is malformed or of a kind that cannot be read
   */
  static parse(json: unknown, configJson?: unknown, name = 'tokenizer.json'): Tokenizer {
    const checked = checkShape(tokenizerJson, json, name);
    const config = checkShape(z.looseObject({}).optional(), configJson, `${name} (its config)`);
    checkMerges(checked, name);
    return guard(`${name}: cannot be opened`, () => new Tokenizer(checked, config));
  }

  /** Token ids of a text. Adds no special tokens, but maps those written out in the text to their ids. */
  encode(text: string): number[] {
    if (this.#splitSpecial === undefined) return this.#encodeByLibrary(text);
    const ids: number[] = [];
    this.#splitSpecial(text).forEach((section, place) => {
      if (place % 2 === 1) ids.push(this.idOf(section));
      else for (const piece of splitPieces(section)) ids.push(...this.#encodePiece(piece));
    });
    return ids;
  }

  /** Text of token ids, exactly (no clean-up of spaces). Ids outside the vocabulary give nothing. */
  decode(ids: Iterable<number>, options: { skipSpecial?: boolean } = {}): string {
    const known = Array.from(ids).filter((tokenId) => this.tokenOf(tokenId) !== undefined);
    if (known.length === 0) return '';
    return guard('the tokenizer cannot decode', () =>
      this.#library.decode(known, {
        skip_special_tokens: options.skipSpecial ?? false,
        clean_up_tokenization_spaces: false,
      }),
    );
  }

  /**
   * The id of a token as the vocabulary writes it.
   *
   * @throws TouchstoneError when there is no such token
   */
  idOf(token: string): number {
    const tokenId = this.#library.token_to_id(token);
    if (tokenId !== undefined) return tokenId;
    const special = (this.json.added_tokens ?? []).map((added) => added.content);
    const similar = nearest(token, special);
    const hint = similar === undefined ? undefined : `did you mean ${JSON.stringify(similar)}?`;
    return badInput(`the tokenizer has no token ${JSON.stringify(token)}`, hint);
  }

  /** The token of an id as the vocabulary writes it; undefined for an id that it does not have. */
  tokenOf(tokenId: number): string | undefined {
    return this.#library.id_to_token(tokenId);
  }

  /** SHA-256 of the tokenizer in canonical JSON, in hex: whitespace and key order do not matter. */
  async hash(): Promise<string> {
    const bytes = new TextEncoder().encode(JSON.stringify(this.json, sortKeys));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #encodePiece(piece: string): readonly number[] {
    const cached = this.#cache.get(piece);
    if (cached !== undefined) return cached;
    const tokens = this.#library.model.encode([toByteCharacters(piece)]);
    const ids = tokens.map((token) => this.idOf(token));
    if (this.#cache.size >= MAX_CACHED_PIECES) this.#cache.clear();
    if (piece.length <= MAX_CACHED_LENGTH) this.#cache.set(piece, ids);
    return ids;
  }

  #encodeByLibrary(text: string): number[] {
    const { ids } = guard('the tokenizer cannot encode', () =>
      this.#library.encode(text, { add_special_tokens: false }),
    );
    return ids.filter((tokenId) => tokenId !== undefined);
  }
}

/** The roles that special tokens play for transformers. */
export interface SpecialRoles {
  readonly bos?: string;
  readonly eos?: string;
  readonly pad?: string;
}

/**
 * The `tokenizer_config.json` that makes transformers use `tokenizer.json` as it stands; without it,
 * a folder with a Llama model gets the rules of Llama's own tokenizer.
 */
export function tokenizerConfig(roles: SpecialRoles): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...(roles.bos === undefined ? {} : { bos_token: roles.bos }),
    ...(roles.eos === undefined ? {} : { eos_token: roles.eos }),
    ...(roles.pad === undefined ? {} : { pad_token: roles.pad }),
  };
}

/** The library wants every key to be there. */
function libraryJson(json: TokenizerJson): object {
  const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  return { ...parts, ...json, added_tokens: json.added_tokens ?? [] };
}

function* idsOf(json: TokenizerJson): Iterable<number> {
  for (const token of json.added_tokens ?? []) yield token.id;
  const { vocab } = json.model;
  if (Array.isArray(vocab)) yield vocab.length - 1;
  else yield* Object.values(vocab);
}

/**
 * Whether the text is split by the byte-level pattern alone. Then pieces are split here, by the
 * exact Unicode pattern, and each is merged once and remembered.
 */
function isPlainByteLevel(json: TokenizerJson, config: Record<string, unknown> = {}): boolean {
  const { pre_tokenizer: split, post_processor: post, model } = json;
  const plainSplit =
    split?.type === 'ByteLevel' && split.add_prefix_space === false && split.use_regex !== false;
  const plainPost = post == null || post.type === 'ByteLevel';
  const plainTokens = (json.added_tokens ?? []).every(
    (token) => !(token.lstrip || token.rstrip || token.single_word),
  );
  const rewrites = Boolean(config.remove_space || config.do_lowercase_and_remove_accent);
  return (
    json.normalizer == null &&
    model.type === 'BPE' &&
    plainSplit &&
    plainPost &&
    plainTokens &&
    !rewrites
  );
}

/** Every merge must join two tokens of the vocabulary into a third, and ids must be distinct. */
function checkMerges(json: TokenizerJson, name: string): void {
  const { vocab, merges, type } = json.model;
  if (type === 'BPE' && merges === undefined)
    badInput(`${name}: model.merges is missing, expected an array`);
  if (merges === undefined || Array.isArray(vocab)) return;
  const ids = Object.values(vocab);
  if (new Set(ids).size !== ids.length)
    badInput(`${name}: two tokens of the vocabulary have the same id`);
  for (const merge of merges) {
    const [left, right, ...rest] = typeof merge === 'string' ? merge.split(' ') : merge;
    const known = [left, right, `${left}${right}`].every((token) =>
      Object.hasOwn(vocab, token ?? ''),
    );
    if (right === undefined || rest.length > 0 || !known) {
      badInput(`${name}: the merge ${JSON.stringify(merge)} does not join two tokens into a third`);
    }
  }
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The library throws bare errors of every kind at files it cannot use. */
function guard<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof TouchstoneError) throw cause;
    const reason = String((cause as Error)?.message ?? cause)
      .replace(/\s+/g, ' ')
      .slice(0, 200);
    throw new TouchstoneError('input', `${what}: ${reason}`, { cause });
  }
}
