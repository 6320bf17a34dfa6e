/** @file Text files as token ids. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LanguageModel } from '../../model/index.ts';
import { badInput, type Reporter, silent } from '../../tensor/index.ts';
import { type Document, readDocuments, STDIN, type TextFormat } from './texts.ts';

export interface TokenizingOptions extends TextFormat {
  /** Tokens after which no more is read; the last document is cut there. Default: all. */
  readonly most?: number | undefined;
  readonly reporter?: Reporter;
  /** Called now and then; may throw to stop. */
  readonly safePoint?: () => Promise<void>;
}

/** Texts as a model reads them. */
export interface TokenizedTexts {
  /** Token ids of each document, without a prefix. */
  readonly documents: readonly Int32Array[];
  readonly tokens: number;
  /** Names of the files, without their folders. */
  readonly files: readonly string[];
  /** SHA-256 over the documents' lengths and ids: equal for equal tokens, whatever files they came from. */
  readonly sha256: string;
}

/** Documents between two safe points. */
const DOCUMENTS = 512;

/**
 * Reads files and turns their documents into token ids; 4 bytes a token are held in memory.
 *
 * @throws TouchstoneError where a file cannot be read, or holds text and the model has no tokenizer
 */
export async function tokenizeTexts(
  model: LanguageModel,
  files: readonly string[],
  options: TokenizingOptions,
): Promise<TokenizedTexts> {
  const { most = Number.POSITIVE_INFINITY, safePoint } = options;
  const hash = createHash('sha256');
  const documents: Int32Array[] = [];
  let tokens = 0;
  for await (const document of allDocuments(files, options)) {
    const ids = Int32Array.from(idsOf(model, document)).subarray(0, most - tokens);
    documents.push(ids);
    tokens += ids.length;
    hash.update(Int32Array.of(ids.length)).update(ids);
    if (tokens >= most) break;
    if (documents.length % DOCUMENTS === 0) await safePoint?.();
  }
  if (tokens === 0) badInput(`there is no text in ${files.join(', ')}`, 'give files with text');
  const names = files.map((file) => basename(file));
  return { documents, tokens, files: names, sha256: hash.digest('hex') };
}

async function* allDocuments(
  files: readonly string[],
  { reporter = silent, ...format }: TokenizingOptions,
): AsyncGenerator<Document> {
  const total = await bytesIn(files);
  let done = 0;
  const onBytes = (count: number) => {
    done += count;
    reporter({ task: 'reading texts', done, total: Math.max(total, done + 1), unit: 'bytes' });
  };
  for (const file of files) yield* readDocuments(file, format, onBytes);
  reporter({ task: 'reading texts', done, total: done, unit: 'bytes' });
}

/** Bytes of all files but standard input; what is missing is told on opening. */
async function bytesIn(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    if (file !== STDIN) bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

function idsOf({ tokenizer }: LanguageModel, document: Document): readonly number[] {
  if (typeof document !== 'string') return document;
  if (tokenizer) return tokenizer.encode(document);
  return badInput(
    'this model has no tokenizer.json: it cannot read text',
    'give .jsonl files with token ids, and their member with --field',
  );
}
