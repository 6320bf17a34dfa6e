/** @file Model files on disk: the one place of this layer that touches the file system. */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { badInput, badUsage, TouchstoneError } from '../tensor/errors.ts';
import { parseJson } from './json.ts';
import type { ByteSource } from './source.ts';

export { join };

/** A file opened for reading; close it when done. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** What a file shall hold: text (as UTF-8), bytes, or bytes in pieces. */
export type Content = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Opens a file.
 *
 * @throws TouchstoneError when it is missing, not a file, or not ours to read
 */
export async function openFile(path: string): Promise<FileSource> {
  const handle = await open(path, 'r').catch((error: unknown) => refuse(error, 'read', path));
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    badInput(`cannot read ${path}: it is not a file`);
  }
  return {
    name: path,
    byteLength: stats.size,
    slice: (start, end) => readSlice(handle, path, start, end),
    close: () => handle.close(),
  };
}

/** One call reads at most this many bytes: the system's own limit is just below 2 GiB. */
const READ_BYTES = 2 ** 30;

async function readSlice(
  handle: FileHandle,
  path: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) {
    const want = Math.min(READ_BYTES, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, want, start + done);
    if (bytesRead === 0)
      badInput(`${path} ended at byte ${start + done}: it shrank while being read`);
    done += bytesRead;
  }
  return bytes;
}

/** Opens a file, hands it to `work`, and closes it whatever happens. */
export async function withFile<T>(
  path: string,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await openFile(path);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

/** The text of a file in UTF-8. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => refuse(error, 'read', path));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return badInput(`cannot read ${path}: it is not UTF-8 text`);
  }
}

/** The value of a JSON file. */
export async function readJson(path: string): Promise<unknown> {
  return parseJson(await readText(path), path);
}

/** Whether there is a file at `path`. */
export async function hasFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/**
 * Writes a file whole or not at all: beside its place, flushed to the disk, then renamed.
 *
 * @throws TouchstoneError when it cannot be written; then what was there is untouched
 */
export async function writeAtomic(path: string, content: Content): Promise<void> {
  const temporary = besides(path);
  try {
    await writeFlushed(temporary, content);
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    refuse(error, 'write', path);
  }
}

/**
 * Writes a folder of files whole or not at all.
 *
 * @param files contents by plain file name
 * @param options `overwrite`: replace a folder that has something in it (default false)
 * @throws TouchstoneError when the folder has something in it, or cannot be written
 */
export async function writeFolder(
  dir: string,
  files: ReadonlyMap<string, Content>,
  options: { overwrite?: boolean } = {},
): Promise<void> {
  await checkFree(dir, options.overwrite ?? false);
  const temporary = besides(dir);
  try {
    await mkdir(dirname(resolve(dir)), { recursive: true });
    await mkdir(temporary);
    for (const [name, content] of files) await writeFlushed(join(temporary, plain(name)), content);
    await flushFolder(temporary);
    await putInPlace(temporary, dir);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    refuse(error, 'write', dir);
  }
}

/** A folder cannot be renamed over one with files in it: that one steps aside first. */
async function putInPlace(temporary: string, dir: string): Promise<void> {
  const old = besides(dir);
  const hadOld = await rename(dir, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(temporary, dir);
  } catch (error) {
    if (hadOld) await rename(old, dir);
    throw error;
  }
  await flushFolder(dirname(resolve(dir)));
  await rm(old, { recursive: true, force: true });
}

async function checkFree(dir: string, overwrite: boolean): Promise<void> {
  const entries = await readdir(dir).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    return refuse(error, 'write', dir);
  });
  if (entries.length > 0 && !overwrite) {
    badInput(
      `cannot write ${dir}: the folder is not empty`,
      'name another folder, or ask to overwrite',
    );
  }
}

async function writeFlushed(path: string, content: Content): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for (const piece of pieces(content)) await writePiece(handle, piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function pieces(content: Content): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

async function writePiece(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(
      piece,
      done,
      Math.min(READ_BYTES, piece.length - done),
    );
    done += bytesWritten;
  }
}

/** Makes a rename last through a power cut, where folders can be flushed (not on Windows). */
async function flushFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

let temporaries = 0;

/** A hidden name in the same folder, which no other process uses. */
function besides(path: string): string {
  const whole = resolve(path);
  return join(dirname(whole), `.${basename(whole)}.${process.pid}.${temporaries++}.tmp`);
}

/**
 * Removes what killed processes left half-written in a folder: files and folders that were to be renamed. To be
 * called by the one process that writes there.
 */
export async function removeHalfWritten(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => /^\..+\.\d+\.\d+\.tmp$/.test(name));
  for (const name of names) await rm(join(dir, name), { recursive: true, force: true });
}

function plain(name: string): string {
  if (name !== basename(name) || name === '.' || name === '..' || name === '') {
    badUsage(`${JSON.stringify(name)} is not a plain file name`);
  }
  return name;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}

/** Turns what the system says into one line; passes on mistakes that already are one, and bugs. */
function refuse(error: unknown, verb: 'read' | 'write', path: string): never {
  const code = codeOf(error);
  if (error instanceof TouchstoneError || !/^E[A-Z]+$/.test(code)) throw error;
  const reason = REASONS[code] ?? (error as Error).message.replace(/\s+/g, ' ');
  throw new TouchstoneError('input', `cannot ${verb} ${path}: ${reason}`, { cause: error });
}
