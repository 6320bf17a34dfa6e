/** @file One file of the hub into the cache: resumed where it was cut, and kept only where its hash is right. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput, TouchstoneError } from '../../tensor/errors.ts';
import { cannotWrite } from '../atomic.ts';
import { askFile, type Hub, type RemoteFile } from './remote.ts';
import type { Places, Repository } from './repository.ts';

/** Where a file's content lies: under its hash, as Python's huggingface_hub has it. */
export function blobPath({ blobs }: Places, { digest }: RemoteFile): string {
  return join(blobs, digest.hex);
}

/** Ending of what is being fetched. */
export const INCOMPLETE = '.incomplete';

/** Attempts that bring no byte before the download is given up. */
const FRUITLESS = 5;

/** What is fetched, and from where. */
export interface Source {
  readonly hub: Hub;
  readonly repository: Repository;
  readonly commit: string;
}

/** Whether the cache has a file, whole. */
export async function isFetched(places: Places, file: RemoteFile): Promise<boolean> {
  return (await sizeOf(blobPath(places, file))) === file.size;
}

/** Bytes of a file, or -1 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}

/**
 * Fetches a file. What an earlier attempt left is gone on with.
 *
 * @param advance told how many bytes of the file are there
 * @throws TouchstoneError where the server refuses, the disk does, or the content has another hash
 */
export async function fetchFile(
  source: Source,
  places: Places,
  file: RemoteFile,
  advance: (bytes: number) => void,
): Promise<void> {
  const path = blobPath(places, file);
  const partial = `${path}${INCOMPLETE}`;
  for (let fruitless = 0; ; ) {
    const before = Math.max(0, await sizeOf(partial));
    if (before === file.size && before > 0) break;
    await fetchPart(source, file, partial, before, advance);
    const after = await sizeOf(partial);
    if (after === file.size) break;
    if (after > file.size) await rm(partial);
    fruitless = after > before ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS) throw cutOff(file, after);
  }
  await verify(file, partial);
  await rename(partial, path);
}

function cutOff({ path, size }: RemoteFile, got: number): TouchstoneError {
  return new TouchstoneError('failed', `${path}: ${got} of ${size} bytes came, then no more`, {
    hint: 'what was fetched is kept: run the same command again to go on',
  });
}

/** Appends what the server sends until it ends or is cut. */
async function fetchPart(
  { hub, repository, commit }: Source,
  { path, size }: RemoteFile,
  partial: string,
  start: number,
  advance: (bytes: number) => void,
): Promise<void> {
  const response = await askFile(hub, repository, commit, path, start);
  if (response.status === 416) return rm(partial, { force: true });
  const resumes = response.status === 206 && rangeStart(response) === start;
  const file = await open(partial, resumes ? 'a' : 'w').catch((cause) => {
    throw cannotWrite(partial, cause);
  });
  let done = resumes ? start : 0;
  try {
    for await (const bytes of connection(response)) {
      await file.appendFile(bytes).catch((cause) => {
        throw cannotWrite(partial, cause);
      });
      done += bytes.length;
      advance(Math.min(done, size));
      hub.signal?.throwIfAborted();
    }
  } finally {
    await file.sync();
    await file.close();
  }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? -1);
}

/** The bytes of an answer until it ends; a cut ends it, too. */
async function* connection({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    // undici reports a lost connection as TypeError 'terminated'; a wish to stop is passed on.
    if (!(error instanceof TypeError)) throw error;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function verify(file: RemoteFile, path: string): Promise<void> {
  const hash = hashFor(file);
  for await (const bytes of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(bytes);
  const found = hash.digest('hex');
  if (found === file.digest.hex) return;
  await rm(path);
  badInput(
    `${file.path}: what came hashes to ${found}, expected ${file.digest.hex}`,
    'it was damaged on the way and is not kept: run the same command again',
  );
}

function hashFor({ digest, size }: RemoteFile): Hash {
  if (digest.algorithm === 'sha256') return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}
