/** @file Text to token ids and back, from a Hugging Face `tokenizer.json`, as Python's `tokenizers` has it. */
import { z } from 'zod';
import { badInput, nearest } from '../tensor/errors.ts';
import { toByteCharacters } from './byteLevel.ts';
import { checkShape } from './json.ts';
import type { Section } from './tokenization/addedTokens.ts';
import { AlignedText, type Span, wellFormed } from './tokenization/alignedText.ts';
import type { Stage } from './tokenization/decoders.ts';
import type { PieceTokens } from './tokenization/models.ts';
import { toBytes } from './tokenization/normalizers.ts';
import { makePipeline, type Pipeline } from './tokenization/pipeline.ts';
import { trimmed } from './tokenization/postProcessors.ts';
import { type TokenizerJson, tokenizerJson } from './tokenization/schema.ts';
import { Vocabulary } from './tokenization/vocabulary.ts';

export type { Span } from './tokenization/alignedText.ts';
export type { TokenizerJson } from './tokenization/schema.ts';

/** Pieces longer than this many characters are not remembered. */
const MAX_CACHED_LENGTH = 64;
/** The cache starts anew when it holds this many pieces. */
const MAX_CACHED_PIECES = 200_000;

/** How to encode. */
export interface EncodeOptions {
  /** Whether to put the special tokens around the text that the tokenizer's post-processor names. */
  readonly addSpecial?: boolean;
}

/** How to decode. */
export interface DecodeOptions {
  /** Whether to leave special tokens out. */
  readonly skipSpecial?: boolean;
}

/** Tokens of a text, and where in it each comes from. */
export interface Encoding {
  readonly ids: number[];
  /**
   * One span for each id, in UTF-16 code units of the text: `text.slice(start, end)`. A token with
   * only some bytes of a character has the whole character's span, and special tokens put around
   * the text have [0, 0].
   */
  readonly offsets: Span[];
}

/** Text of tokens that come one at a time. */
export interface TokenStream {
  /** The text that is settled with this token: whole characters only, often nothing. */
  push(tokenId: number): string;
  /** The text that was still held back. The stream is over. */
  end(): string;
}

/** A tokenizer: deterministic, without state that shows. */
export class Tokenizer {
  /** The parsed `tokenizer.json`, to be saved as it came. */
  readonly json: TokenizerJson;
  /** The parsed `tokenizer_config.json`, if there was one. */
  readonly configJson: Readonly<Record<string, unknown>> | undefined;
  /** One more than the largest id; a model's embedding has at least this many rows. */
  readonly vocabSize: number;
  readonly #pipeline: Pipeline;
  readonly #vocabulary: Vocabulary;
  readonly #cache = new Map<string, PieceTokens>();
  #words: ReadonlyMap<string, readonly number[]> | undefined;

  private constructor(
    json: TokenizerJson,
    config: Record<string, unknown> | undefined,
    name: string,
  ) {
    this.json = json;
    this.configJson = config;
    this.#pipeline = makePipeline(json, name);
    this.#vocabulary = new Vocabulary(json, name);
    this.vocabSize = this.#vocabulary.size;
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
    try {
      return new Tokenizer(checked, config, name);
    } catch (cause) {
      if (cause instanceof RangeError) badInput(`${name}: its sequences are nested too deeply`);
      throw cause;
    }
  }

  /**
   * Token ids of a text. Adds no special tokens unless told to, but maps those written out in the
   * text to their ids. Half a surrogate pair counts as U+FFFD.
   */
  encode(text: string, options: EncodeOptions = {}): number[] {
    const { before, after } = this.#pipeline.post;
    const ids: number[] = options.addSpecial ? [...before] : [];
    for (const { id, text: piece } of this.#pieces(wellFormed(text))) {
      if (id !== undefined) ids.push(id);
      else for (const tokenId of this.#tokensOf(piece.text).ids) ids.push(tokenId);
    }
    if (options.addSpecial) ids.push(...after);
    return ids;
  }

  /** Token ids of a text, each with its place in the text. */
  encodeWithOffsets(text: string, options: EncodeOptions = {}): Encoding {
    const { before, after } = this.#pipeline.post;
    const nowhere = (): Span => [0, 0];
    const ids = options.addSpecial ? [...before] : [];
    const offsets = ids.map(nowhere);
    for (const [tokenId, span] of this.#placed(wellFormed(text))) {
      ids.push(tokenId);
      offsets.push(span);
    }
    if (!options.addSpecial) return { ids, offsets };
    return { ids: [...ids, ...after], offsets: [...offsets, ...after.map(nowhere)] };
  }

  /** Text of token ids, exactly (no clean-up of spaces). Ids outside the vocabulary give nothing. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const stream = this.stream(options);
    let text = '';
    for (const tokenId of ids) text += stream.push(tokenId);
    return text + stream.end();
  }

  /** Decodes tokens as they come. All that the stream gives, joined, is what {@link decode} gives. */
  stream({ skipSpecial = false }: DecodeOptions = {}): TokenStream {
    const stage: Stage = this.#pipeline.decoder();
    return {
      push: (tokenId) => {
        const token = this.#pipeline.writtenAdded.get(tokenId) ?? this.tokenOf(tokenId);
        if (token === undefined || (skipSpecial && this.#vocabulary.isSpecial(tokenId))) return '';
        return stage.push(token).join('');
      },
      end: () => stage.end().join(''),
    };
  }

  /**
   * The id of a token as the vocabulary writes it.
   *
   * @throws TouchstoneError when there is no such token
   */
  idOf(token: string): number {
    const tokenId = this.#vocabulary.idOf(token);
    if (tokenId !== undefined) return tokenId;
    const special = (this.json.added_tokens ?? []).map((added) => added.content);
    const similar = nearest(token, special);
    const hint = similar === undefined ? undefined : `did you mean ${JSON.stringify(similar)}?`;
    return badInput(`the tokenizer has no token ${JSON.stringify(token)}`, hint);
  }

  /** All tokens that are a word, with whitespace around it or without, rising; none where it takes several. */
  tokensOfWord(word: string): readonly number[] {
    this.#words ??= this.#tokensByWord();
    return this.#words.get(word.trim()) ?? [];
  }

  #tokensByWord(): Map<string, number[]> {
    const words = new Map<string, number[]>();
    for (let id = 0; id < this.vocabSize; id++) {
      const word = this.decode([id]).trim();
      words.set(word, [...(words.get(word) ?? []), id]);
    }
    return words;
  }

  /** The token of an id as the vocabulary writes it; undefined for an id that it does not have. */
  tokenOf(tokenId: number): string | undefined {
    return this.#vocabulary.tokenOf(tokenId);
  }

  /** SHA-256 of the tokenizer in canonical JSON, in hex: whitespace and key order do not matter. */
  async hash(): Promise<string> {
    const bytes = new TextEncoder().encode(JSON.stringify(this.json, sortKeys));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #tokensOf(piece: string): PieceTokens {
    const cached = this.#cache.get(piece);
    if (cached !== undefined) return cached;
    const { splitting, model } = this.#pipeline;
    const tokens = model(splitting.bytesLast ? toByteCharacters(piece) : piece);
    if (this.#cache.size >= MAX_CACHED_PIECES) this.#cache.clear();
    if (piece.length <= MAX_CACHED_LENGTH) this.#cache.set(piece, tokens);
    return tokens;
  }

  /** Added tokens, and the pieces of the text between them. */
  *#pieces(text: string): Generator<Section> {
    const { added, splitting } = this.#pipeline;
    for (const section of added.sections(AlignedText.of(text))) {
      if (section.id !== undefined) yield section;
      else for (const piece of splitting.split(section.text)) yield { text: piece };
    }
  }

  /** Tokens with their spans. */
  *#placed(source: string): Generator<[id: number, span: Span]> {
    const { splitting, post } = this.#pipeline;
    let first = true;
    for (const { id: added, text: piece } of this.#pieces(source)) {
      const { ids, starts, ends } =
        added === undefined ? this.#tokensOf(piece.text) : whole(added, piece.text);
      const from = added === undefined && splitting.bytesLast ? toBytes(piece) : piece;
      for (const [i, id] of ids.entries()) {
        const token = added === undefined ? (this.tokenOf(id) ?? '') : piece.text;
        let span: Span = [from.startOf(starts[i]!), from.endOf(ends[i]! - 1)];
        for (const prefixed of post.trims) span = trimmed(token, span, { source, first, prefixed });
        first = false;
        yield [id, span];
      }
    }
  }
}

/** One token for all of a piece. */
function whole(id: number, piece: string): PieceTokens {
  return { ids: [id], starts: [0], ends: [piece.length] };
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

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
