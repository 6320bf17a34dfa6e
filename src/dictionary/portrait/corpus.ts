/** @file The texts a portrait is taken from: contexts side by side, so that a number names a token. */
import type { LanguageModel } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import {
  type Context,
  checkIds,
  cutContexts,
  defaultPrefix,
  type MaskRule,
  maskOf,
} from '../harvest/contexts.ts';

/** Tokens of all contexts, one after another; a place is an index into them. */
export interface Corpus {
  readonly contexts: readonly Context[];
  /** Place of each context's first token, and one more than the last place. */
  readonly starts: Int32Array;
  readonly tokens: Int32Array;
  /** For each token, the number of its document. */
  readonly documents: Int32Array;
  /** For each token, the number of its context. */
  readonly contextOf: Int32Array;
  /** 1 where a token gives no row. */
  readonly masked: Uint8Array;
  /** Tokens that give rows. */
  readonly rows: number;
  /** Documents that give rows. */
  readonly documentCount: number;
  readonly mask: MaskRule;
}

export interface CorpusOptions {
  /** Longest context in tokens; default 128, or what the model has positions for. */
  readonly context?: number;
  /** Most tokens that give rows; the documents are taken in their order. */
  readonly most?: number;
  readonly mask?: MaskRule;
}

/**
 * Cuts documents for a model: contexts of one document each, the model's own prefix before them.
 *
 * @throws TouchstoneError where there is no token that gives a row
 */
export function corpusOf(
  model: LanguageModel,
  documents: Iterable<ArrayLike<number>>,
  { context, most = Number.POSITIVE_INFINITY, mask: rule = 'special' }: CorpusOptions = {},
): Corpus {
  const longest = Math.min(context ?? 128, model.config.max_position_embeddings);
  const prefix = defaultPrefix(model);
  const all = cutContexts(documents, { context: longest, prefix, packed: false });
  checkIds(all, model.config.vocab_size);
  const hidden = new Set(maskOf(model, rule, prefix).ids);
  const contexts: Context[] = [];
  let rows = 0;
  for (const one of all) {
    if (rows >= most) break;
    contexts.push(one);
    for (const token of one.tokens) if (!hidden.has(token)) rows++;
  }
  if (rows === 0) badInput('no token of the texts gives a row', 'give more text, or another mask');
  return sideBySide(contexts, hidden, rule);
}

function sideBySide(
  contexts: readonly Context[],
  hidden: ReadonlySet<number>,
  mask: MaskRule,
): Corpus {
  const starts = new Int32Array(contexts.length + 1);
  contexts.forEach(({ tokens }, i) => {
    starts[i + 1] = starts[i]! + tokens.length;
  });
  const size = starts[contexts.length]!;
  const [tokens, documents] = [new Int32Array(size), new Int32Array(size)];
  const contextOf = new Int32Array(size);
  contexts.forEach((one, i) => {
    tokens.set(one.tokens, starts[i]!);
    documents.set(one.documents, starts[i]!);
    contextOf.fill(i, starts[i]!, starts[i + 1]!);
  });
  const masked = Uint8Array.from(tokens, (token) => (hidden.has(token) ? 1 : 0));
  const seen = new Set<number>();
  let rows = 0;
  masked.forEach((is, place) => {
    if (is) return;
    rows++;
    seen.add(documents[place]!);
  });
  const sizes = { rows, documentCount: seen.size };
  return { contexts, starts, tokens, documents, contextOf, masked, mask, ...sizes };
}
