/** @file Documents from text files, as a stream: one a line, one a file, or one for each line of JSON. */
import { openFile, show } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';

/** How files hold documents. */
export interface TextFormat {
  /**
   * Member of each line's JSON that holds the text, or its token ids. Files ending in `.jsonl` are always read so,
   * with 'text' as the default; others where a field is given.
   */
  readonly field?: string | undefined;
  /** Whether a plain file is one document. Otherwise each line is one, blank lines left out. */
  readonly whole: boolean;
}

/** A text, or its token ids. */
export type Document = string | readonly number[];

/** Stands for standard input. */
export const STDIN = '-';

const PIECE_BYTES = 2 ** 20;

/**
 * The documents of one file.
 *
 * @param onBytes told how many bytes more were read
 * @throws TouchstoneError where it cannot be read, is not UTF-8, or a line has no text, naming the line
 */
export async function* readDocuments(
  path: string,
  { field, whole }: TextFormat,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Document> {
  const member = field ?? (/\.(jsonl|ndjson)$/.test(path) ? 'text' : undefined);
  const pieces = decoded(path, onBytes);
  if (member === undefined && whole) {
    yield await joined(pieces);
    return;
  }
  let line = 0;
  for await (const text of linesOf(pieces)) {
    line++;
    if (text.trim() === '') continue;
    yield member === undefined ? text : documentOf(text, member, `${path}, line ${line}`);
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  if (path === STDIN) {
    for await (const chunk of process.stdin) yield chunk as Uint8Array;
    return;
  }
  const file = await openFile(path);
  try {
    for (let at = 0; at < file.byteLength; at += PIECE_BYTES) {
      yield await file.slice(at, Math.min(file.byteLength, at + PIECE_BYTES));
    }
  } finally {
    await file.close();
  }
}

async function* decoded(path: string, onBytes: (count: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      return badInput(`cannot read ${path}: it is not UTF-8 text`);
    }
  };
  for await (const bytes of bytesOf(path)) {
    onBytes(bytes.length);
    yield decode(bytes);
  }
  yield decode();
}

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const piece of pieces) parts.push(piece);
  return parts.join('');
}

/** Lines without their ends. U+2028 ends none: JSON may hold it. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let open: string[] = [];
  for await (const piece of pieces) {
    const [first, ...rest] = piece.split('\n');
    open.push(first!);
    for (const next of rest) {
      yield open.join('').replace(/\r$/, '');
      open = [next];
    }
  }
  yield open.join('');
}

function documentOf(line: string, field: string, where: string): Document {
  const value = memberOf(line, field, where);
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((id) => Number.isSafeInteger(id))) return value;
  return badInput(
    `${where}: '${field}' is ${show(value)}, expected a text or token ids`,
    'name another member with --field',
  );
}

function memberOf(line: string, field: string, where: string): unknown {
  try {
    return (JSON.parse(line) as Record<string, unknown> | null)?.[field];
  } catch {
    return badInput(`${where} is not JSON`, 'expected one JSON object a line');
  }
}
