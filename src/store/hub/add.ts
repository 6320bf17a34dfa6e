/** @file Brings a model from the hub into the cache; killed at any moment, the same call goes on. */
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Reporter } from '../../tensor/progress.ts';
import { writeAtomically } from '../atomic.ts';
import { takeLock } from '../lock.ts';
import { chooseFiles } from './choose.ts';
import { blobPath, fetchFile, INCOMPLETE, isFetched, type Source, sizeOf } from './download.ts';
import { type Hub, listFiles, type RemoteFile, resolveRevision } from './remote.ts';
import { isCommit, type Places, placesOf, type Repository, spellRepository } from './repository.ts';

/** What to fetch, and where to. */
export interface AddOptions {
  readonly hub: Hub;
  readonly cache: string;
  /** A `.gguf` file of the repository, instead of its safetensors. */
  readonly gguf?: string | undefined;
  readonly report: Reporter;
}

/** What was fetched, or was there. */
export interface Added {
  readonly id: string;
  readonly revision: string;
  readonly commit: string;
  /** The folder to open. */
  readonly path: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Bytes that came over the network. */
  readonly fetchedBytes: number;
}

/** @throws TouchstoneError where the hub refuses, the model cannot be read here, or another process adds it */
export async function addModel(repository: Repository, options: AddOptions): Promise<Added> {
  const { hub, cache, gguf, report } = options;
  const commit = await resolveRevision(hub, repository);
  const files = chooseFiles(
    await listFiles(hub, repository, commit),
    spellRepository(repository),
    gguf,
  );
  const places = placesOf(cache, repository.id);
  for (const folder of [places.blobs, places.locks]) await mkdir(folder, { recursive: true });
  const lock = await takeLock(places.locks);
  try {
    const fetchedBytes = await fetchAll({ hub, repository, commit }, places, files, report);
    const path = join(places.snapshots, commit);
    for (const file of files) await link(places, path, file);
    // Last of all: what a branch points to is whole.
    if (!isCommit(repository.revision)) await writeRef(places, repository.revision, commit);
    const sizes = files.map((file) => ({ path: file.path, bytes: file.size }));
    return { ...repository, commit, path, files: sizes, fetchedBytes };
  } finally {
    await lock.release();
  }
}

async function fetchAll(
  source: Source,
  places: Places,
  files: readonly RemoteFile[],
  report: Reporter,
): Promise<number> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const task = `fetching ${source.repository.id}`;
  let [done, fetched] = [0, 0];
  for (const file of files) {
    if (!(await isFetched(places, file))) {
      const before = Math.max(0, await sizeOf(`${blobPath(places, file)}${INCOMPLETE}`));
      const advance = (bytes: number) =>
        report({
          task,
          done: Math.min(done + bytes, total - 1),
          total,
          unit: 'bytes',
          note: file.path,
        });
      advance(before);
      await fetchFile(source, places, file, advance);
      fetched += file.size - before;
    }
    done += file.size;
  }
  report({ task, done: total, total, unit: 'bytes' });
  return fetched;
}

/** A relative link, as Python makes it; a copy where the system has no links for us. */
async function link(places: Places, snapshot: string, file: RemoteFile): Promise<void> {
  const path = join(snapshot, ...file.path.split('/'));
  const blob = blobPath(places, file);
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(relative(dirname(path), blob), path).catch(() => copyFile(blob, path));
}

async function writeRef({ refs }: Places, revision: string, commit: string): Promise<void> {
  const path = join(refs, ...revision.split('/'));
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, commit);
}
