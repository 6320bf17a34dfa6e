/** @file Models of `tokenizer.json`: a piece of text becomes tokens. The library merges and searches; what it finds no token for is settled here. */
import { badInput } from '../../tensor/errors.ts';
import { BPE, Unigram } from './library.ts';
import type { MergeModelJson, UnigramModelJson } from './schema.ts';

/** Tokens of a piece, and where in it each lies: [start, end) in UTF-16 code units. */
export interface PieceTokens {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

/** Finds the tokens of a piece. */
export type Model = (piece: string) => PieceTokens;

/** Byte-pair merging. */
export function makeMergeModel(json: MergeModelJson): Model {
  const vocab = new Map(Object.entries(json.vocab));
  const library = new BPE(json);
  const bytes = json.byte_fallback === true ? byteTokens(vocab) : undefined;
  const unknownId = json.unk_token == null ? undefined : vocab.get(json.unk_token);
  if (json.unk_token != null && unknownId === undefined)
    badInput(`unk_token is ${JSON.stringify(json.unk_token)}, which is not in the vocabulary`);
  return (piece) => {
    const whole = json.ignore_merges === true ? vocab.get(piece) : undefined;
    if (whole !== undefined) return { ids: [whole], starts: [0], ends: [piece.length] };
    return gather(library.bpe(piece), vocab, { bytes, unknownId, fuses: json.fuse_unk === true });
  };
}

/** The most probable segmentation (Kudo 2018). */
export function makeUnigramModel(json: UnigramModelJson): Model {
  const vocab = new Map(json.vocab.map(([token], id) => [token, id]));
  const unknownId = json.unk_id ?? undefined;
  if (unknownId === undefined || unknownId >= json.vocab.length)
    badInput(`unk_id is ${unknownId ?? 'missing'}, expected a place in the vocabulary`);
  const library = new Unigram(structuredClone(json), undefined);
  const bytes = json.byte_fallback === true ? byteTokens(vocab) : undefined;
  return (piece) => gatherFused(library.tokenize(piece), vocab, { bytes, unknownId });
}

interface Fallback {
  /** Tokens of the 256 bytes. */
  readonly bytes: readonly number[] | undefined;
  readonly unknownId: number | undefined;
}

/** Texts that a merge model found; each that has no token is a single character. */
function gather(
  texts: readonly string[],
  vocab: ReadonlyMap<string, number>,
  { bytes, unknownId, fuses }: Fallback & { readonly fuses: boolean },
): PieceTokens {
  const out = new Gathered();
  let at = 0;
  let lastUnknown = -1;
  for (const text of texts) {
    const id = vocab.get(text);
    if (id !== undefined) out.add(id, at, at + text.length);
    else if (bytes !== undefined) out.addBytes(text, bytes, at);
    else if (unknownId !== undefined) {
      if (fuses && lastUnknown === at) out.extend(at + text.length);
      else out.add(unknownId, at, at + text.length);
      lastUnknown = at + text.length;
    }
    at += text.length;
  }
  return out;
}

/** As above for unigrams: unknown characters side by side are one text, which may be a token after all. */
function gatherFused(
  texts: readonly string[],
  vocab: ReadonlyMap<string, number>,
  { bytes, unknownId }: Fallback,
): PieceTokens {
  const out = new Gathered();
  let at = 0;
  for (const text of fused(texts, (each) => (vocab.get(each) ?? unknownId) === unknownId)) {
    const id = vocab.get(text);
    if (id !== undefined) out.add(id, at, at + text.length);
    else if (bytes !== undefined) out.addBytes(text, bytes, at);
    else out.add(unknownId!, at, at + text.length);
    at += text.length;
  }
  return out;
}

function fused(texts: readonly string[], unknown: (text: string) => boolean): string[] {
  const out: string[] = [];
  let open = false;
  for (const text of texts) {
    const joins = unknown(text);
    if (joins && open) out[out.length - 1] += text;
    else out.push(text);
    open = joins;
  }
  return out;
}

const encoder = new TextEncoder();

class Gathered implements PieceTokens {
  readonly ids: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(id: number, start: number, end: number): void {
    this.ids.push(id);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Makes the last token reach further. */
  extend(end: number): void {
    this.ends[this.ends.length - 1] = end;
  }

  /** One token for each byte, all with the place of the whole text. */
  addBytes(text: string, bytes: readonly number[], start: number): void {
    for (const byte of encoder.encode(text)) this.add(bytes[byte]!, start, start + text.length);
  }
}

/** Ids of `<0x00>` to `<0xFF>`; undefined when there are none of them. */
function byteTokens(vocab: ReadonlyMap<string, number>): number[] | undefined {
  const names = Array.from({ length: 256 }, (_, byte) => byteToken(byte));
  const missing = names.filter((name) => !vocab.has(name));
  if (missing.length === 256) return undefined;
  if (missing.length > 0)
    badInput(`byte_fallback is true, but the vocabulary has no token ${missing[0]}`);
  return names.map((name) => vocab.get(name)!);
}

/** How a byte is written as a token. */
function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
