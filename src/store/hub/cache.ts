/** @file What the cache holds: models listed, found without the network, and removed. */
import { lstat, mkdir, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { takeLock } from '../lock.ts';
import { sizeOf } from './download.ts';
import { isCommit, MODEL_FOLDER, type Places, placesOf, type Repository } from './repository.ts';

/** A file of a snapshot. */
export interface CachedFile {
  /** Path in the repository. */
  readonly path: string;
  readonly bytes: number;
}

/** One commit of a model, in the cache. */
export interface Snapshot {
  readonly id: string;
  readonly commit: string;
  /** Branches and tags that stand for it here. */
  readonly revisions: readonly string[];
  /** The folder to open. */
  readonly path: string;
  readonly files: readonly CachedFile[];
  readonly bytes: number;
}

/** Everything in the cache, by name and commit. */
export async function listSnapshots(cache: string): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for (const folder of (await entries(cache)).sort()) {
    const match = MODEL_FOLDER.exec(folder);
    if (!match) continue;
    const id = match[1] === undefined ? match[2]! : `${match[1]}/${match[2]}`;
    found.push(...(await snapshotsOf(placesOf(cache, id), id)));
  }
  return found;
}

/** The snapshots of one model. */
export async function snapshotsOf(places: Places, id: string): Promise<Snapshot[]> {
  const refs = await refsOf(places);
  const commits = (await entries(places.snapshots)).filter(isCommit).sort();
  return Promise.all(commits.map((commit) => snapshotOf(places, id, commit, refs)));
}

async function snapshotOf(
  places: Places,
  id: string,
  commit: string,
  refs: ReadonlyMap<string, string>,
): Promise<Snapshot> {
  const path = join(places.snapshots, commit);
  const paths = await filesBelow(path);
  const files = await Promise.all(
    paths.map(async (file) => ({ path: portable(file), bytes: await sizeOf(join(path, file)) })),
  );
  const revisions = [...refs].filter(([, at]) => at === commit).map(([revision]) => revision);
  const bytes = files.reduce((sum, file) => sum + Math.max(0, file.bytes), 0);
  return { id, commit, revisions, path, files, bytes };
}

/** The folder of a cached model, or undefined where it is not there. Never asks the network. */
export async function findSnapshot(
  cache: string,
  { id, revision }: Repository,
): Promise<string | undefined> {
  const places = placesOf(cache, id);
  const commit = isCommit(revision) ? revision : (await refsOf(places)).get(revision);
  if (commit === undefined) return undefined;
  const path = join(places.snapshots, commit);
  return (await entries(path)).length > 0 ? path : undefined;
}

/** What removing took away. */
export interface Removed {
  readonly commits: readonly string[];
  /** Bytes freed. */
  readonly bytes: number;
}

/**
 * Removes one revision of a model, or all of it where none is named. Contents that other revisions share
 * stay. Undefined where there is nothing to remove.
 */
export async function removeModel(
  cache: string,
  id: string,
  revision?: string,
): Promise<Removed | undefined> {
  const places = placesOf(cache, id);
  if ((await entries(places.root)).length === 0) return undefined;
  await mkdir(places.locks, { recursive: true });
  const lock = await takeLock(places.locks);
  try {
    return revision === undefined
      ? await removeAll(places, id)
      : await removeRevision(places, id, revision);
  } finally {
    await lock.release();
  }
}

async function removeAll(places: Places, id: string): Promise<Removed> {
  const commits = (await snapshotsOf(places, id)).map(({ commit }) => commit);
  const bytes = await bytesOf(places.blobs, await entries(places.blobs));
  // Names first: killed in between, nothing is found that is no longer whole.
  await rm(places.refs, { recursive: true, force: true });
  await rm(places.snapshots, { recursive: true, force: true });
  await rm(places.root, { recursive: true, force: true });
  return { commits, bytes };
}

async function removeRevision(
  places: Places,
  id: string,
  revision: string,
): Promise<Removed | undefined> {
  const refs = await refsOf(places);
  const commit = isCommit(revision) ? revision : refs.get(revision);
  const snapshots = await snapshotsOf(places, id);
  const gone = snapshots.find((snapshot) => snapshot.commit === commit);
  if (!gone) return undefined;
  const others = snapshots.filter((snapshot) => snapshot !== gone);
  if (others.length === 0) return removeAll(places, id);
  for (const name of gone.revisions) await rm(join(places.refs, name));
  const own = await blobsOf(gone.path);
  const shared = new Set((await Promise.all(others.map(({ path }) => blobsOf(path)))).flat());
  await rm(gone.path, { recursive: true });
  const free = own.filter((blob) => !shared.has(blob));
  const bytes = await bytesOf(places.blobs, free);
  for (const blob of free) await rm(join(places.blobs, blob), { force: true });
  return { commits: [gone.commit], bytes };
}

async function bytesOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))));
  return sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
}

/** Names of the contents that a snapshot's links point to. */
async function blobsOf(snapshot: string): Promise<string[]> {
  const blobs: string[] = [];
  for (const file of await filesBelow(snapshot)) {
    const path = join(snapshot, file);
    if (!(await lstat(path)).isSymbolicLink()) continue;
    const target = resolve(dirname(path), await readlink(path));
    blobs.push(target.split(sep).at(-1)!);
  }
  return blobs;
}

/** Commits by branch or tag. */
async function refsOf({ refs }: Places): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of await filesBelow(refs)) {
    const commit = (await readFile(join(refs, file), 'utf8')).trim();
    if (isCommit(commit)) found.set(portable(file), commit);
  }
  return found;
}

async function filesBelow(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return all
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function portable(path: string): string {
  return path.split(sep).join('/');
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
