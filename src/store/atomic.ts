/** @file Whole files written so that a reader sees the old bytes or the new ones, never a part. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TouchstoneError } from '../tensor/errors.ts';

/** Ending of files that are being written; one left behind by a kill is overwritten next time. */
export const TEMPORARY = '.partial';

/**
 * Replaces the file at `path` with `content`: written beside it, flushed to disk, then renamed.
 *
 * @throws TouchstoneError (`failed`) where the disk refuses; the old file is then untouched.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}${TEMPORARY}`;
  try {
    await withFile(await open(partial, 'w'), async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw cannotWrite(path, error);
  }
  await syncFolder(dirname(path));
}

/** Flushes a folder's own entries, so that a file created or renamed in it survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; there the rename alone has to do.
  if (process.platform === 'win32') return;
  await withFile(await open(join(path, '.'), 'r'), (folder) => folder.sync());
}

async function withFile<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The error for a disk that refuses: full, read-only, gone. */
export function cannotWrite(path: string, cause: unknown): TouchstoneError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TouchstoneError('failed', `cannot write ${path}: ${reason}`, {
    hint: 'what was finished before is kept: mend this and run the same command to go on',
    cause,
  });
}
