/**
 * @file One writer to a folder.
 *
 * Every opener first creates a lock file of its own, with a name nobody else uses, and only then
 * looks at the others: of two that start together at least one sees the other and withdraws, so two
 * never both go on. Locks of dead processes are removed; since names are never used twice, removing
 * one can never hit a living process's lock.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { TouchstoneError } from '../tensor/errors.ts';
import { cannotWrite } from './atomic.ts';

const LOCK_NAME = /^lock-(\d+)-[0-9a-f]{8}$/;

/** Whether a file of a folder is a lock. */
export function isLock(name: string): boolean {
  return LOCK_NAME.test(name);
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in clock ticks since boot: tells it from a later one of equal pid. */
  readonly started: string | null;
}

/** A held lock. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder.
 *
 * @throws TouchstoneError (`failed`) that names the living process which holds it, or the reason why
 * nothing can be written there.
 */
export async function takeLock(folder: string): Promise<Lock> {
  const path = join(folder, `lock-${process.pid}-${randomUUID().slice(0, 8)}`);
  await writeFile(path, JSON.stringify(owner(process.pid)), { flag: 'wx' }).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const release = () => rm(path, { force: true });
  try {
    await refuseOthers(folder, path);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Whether a living process holds the lock of a folder. */
export async function isHeld(folder: string): Promise<boolean> {
  const locks = (await readdir(folder)).filter(isLock);
  const owners = await Promise.all(locks.map((name) => readOwner(join(folder, name))));
  return owners.some((owner) => owner !== undefined && isAlive(owner));
}

async function refuseOthers(folder: string, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!isLock(name) || path === own) continue;
    const other = await readOwner(path);
    if (other === undefined) continue;
    if (!isAlive(other)) await rm(path, { force: true });
    else throw inUse(folder, path, other);
  }
}

/** The owner of a lock file, or undefined where the file has gone meanwhile. */
async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const pid = Number(LOCK_NAME.exec(basename(path))?.[1]);
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Its owner is between creating and filling the file, or was killed there: go by the name.
    return { ...owner(pid), host: hostname() };
  }
}

function owner(pid: number): Owner {
  return { pid, host: hostname(), started: startOf(pid) };
}

function isAlive(other: Owner): boolean {
  // Processes of another machine on a shared disk cannot be seen from here: take them for living.
  if (other.host !== hostname()) return true;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return other.started === null || other.started === startOf(other.pid);
}

/** Field 22 of /proc/PID/stat (proc(5)); null where there is no such file. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function inUse(folder: string, path: string, other: Owner): TouchstoneError {
  const where = other.host === hostname() ? '' : ` on ${other.host}`;
  const who = other.pid === process.pid ? 'this process' : `process ${other.pid}${where}`;
  return new TouchstoneError('failed', `the folder ${folder} is in use by ${who}`, {
    hint: `wait for it or choose another folder; if it is gone, delete ${path}`,
  });
}

/** Does work while the lock of a folder is held. @throws TouchstoneError (`failed`) where another holds it */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(folder);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
