/** @file Documents cut into the contexts that a model reads, and which of their tokens give rows. */
import type { LanguageModel, Tokenizer } from '../../model/index.ts';
import { badInput, badUsage } from '../../tensor/index.ts';

/** Tokens that the model reads as one sequence. */
export interface Context {
  readonly tokens: Int32Array;
  /** For each token, the number of its document. */
  readonly documents: Int32Array;
}

/** How documents become contexts. */
export interface Cutting {
  /** Longest context, in tokens, with its prefix. */
  readonly context: number;
  /** Tokens put before each context, such as BOS; a document that begins with them does not get them twice. */
  readonly prefix: readonly number[];
  /**
   * Whether documents are joined, each with its prefix before it, and cut every `context` tokens. Otherwise a
   * context holds tokens of one document only, and every context has the prefix.
   */
  readonly packed: boolean;
}

/** Cuts documents, given as token ids. No token is left out; documents of none give no context. */
export function cutContexts(
  documents: Iterable<ArrayLike<number>>,
  { context, prefix, packed }: Cutting,
): Context[] {
  if (!(Number.isSafeInteger(context) && context > prefix.length)) {
    badUsage(
      `contexts of ${context} tokens`,
      `a context holds ${prefix.length + 1} or more: ${prefix.length} are put before it`,
    );
  }
  return packed ? joined(documents, context, prefix) : apart(documents, context, prefix);
}

function apart(
  documents: Iterable<ArrayLike<number>>,
  context: number,
  prefix: readonly number[],
): Context[] {
  const contexts: Context[] = [];
  let number = 0;
  for (const document of documents) {
    const own = withoutPrefix(document, prefix);
    const room = context - prefix.length;
    for (let at = 0; at < own.length; at += room) {
      const piece = own.subarray(at, at + room);
      const tokens = new Int32Array(prefix.length + piece.length);
      tokens.set(prefix);
      tokens.set(piece, prefix.length);
      contexts.push({ tokens, documents: new Int32Array(tokens.length).fill(number) });
    }
    number++;
  }
  return contexts;
}

function joined(
  documents: Iterable<ArrayLike<number>>,
  context: number,
  prefix: readonly number[],
): Context[] {
  const contexts: Context[] = [];
  let open = { tokens: new Int32Array(context), documents: new Int32Array(context) };
  let filled = 0;
  const close = () => {
    if (filled === 0) return;
    const { tokens, documents: numbers } = open;
    contexts.push({ tokens: tokens.subarray(0, filled), documents: numbers.subarray(0, filled) });
    open = { tokens: new Int32Array(context), documents: new Int32Array(context) };
    filled = 0;
  };
  let number = 0;
  for (const document of documents) {
    const own = withoutPrefix(document, prefix);
    for (const token of own.length > 0 ? [...prefix, ...own] : []) {
      open.tokens[filled] = token;
      open.documents[filled++] = number;
      if (filled === context) close();
    }
    number++;
  }
  close();
  return contexts;
}

function withoutPrefix(document: ArrayLike<number>, prefix: readonly number[]): Int32Array {
  const tokens = Int32Array.from(document);
  const has = prefix.length > 0 && prefix.every((token, i) => tokens[i] === token);
  return has ? tokens.subarray(prefix.length) : tokens;
}

/** Which tokens give rows: all but special ones, or all. Padding never does. */
export type MaskRule = 'special' | 'none';

export interface Mask {
  readonly rule: MaskRule;
  /** Ids without rows, in order. */
  readonly ids: readonly number[];
}

/**
 * The mask of a model. 'special' leaves out what `tokenizer.json` marks as special; of a model without a
 * tokenizer, the ids that its config names; and in both cases the prefix.
 */
export function maskOf(
  { tokenizer, config }: LanguageModel,
  rule: MaskRule,
  prefix: readonly number[],
): Mask {
  if (rule === 'none') return { rule, ids: [] };
  const named = [config.bos_token_id, config.eos_token_id, config.pad_token_id].flat();
  const special = tokenizer
    ? (tokenizer.json.added_tokens ?? []).filter((token) => token.special).map(({ id }) => id)
    : named.filter((id) => typeof id === 'number');
  return { rule, ids: [...new Set([...special, ...prefix])].sort((a, b) => a - b) };
}

/**
 * What begins each context of a model, unless told otherwise: the tokens that its tokenizer puts before a
 * text; where it puts none, the config's BOS token, if it has one.
 */
export function defaultPrefix({ tokenizer, config }: LanguageModel): number[] {
  const before = tokenizer ? tokensBefore(tokenizer) : [];
  if (before.length > 0) return before;
  return typeof config.bos_token_id === 'number' ? [config.bos_token_id] : [];
}

function tokensBefore(tokenizer: Tokenizer): number[] {
  const plain = tokenizer.encode('a');
  const whole = tokenizer.encode('a', { addSpecial: true });
  const start = whole.findIndex((_, at) => plain.every((id, i) => whole[at + i] === id));
  return whole.slice(0, Math.max(0, start));
}

/** @throws TouchstoneError where an id is not in the model's vocabulary */
export function checkIds(contexts: readonly Context[], vocabulary: number): void {
  for (const { tokens, documents } of contexts) {
    const at = tokens.findIndex((id) => id < 0 || id >= vocabulary);
    if (at < 0) continue;
    badInput(
      `document ${documents[at]} has token ${tokens[at]}`,
      `the model's vocabulary has ids from 0 to ${vocabulary - 1}`,
    );
  }
}
