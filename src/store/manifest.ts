/** @file `run.json`: what a run folder holds, so that other work never goes on in it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badInput, TouchstoneError } from '../tensor/errors.ts';
import { TEMPORARY, writeAtomically } from './atomic.ts';
import { checksum } from './event.ts';
import { isLock } from './lock.ts';

export const MANIFEST = 'run.json';
const SCHEMA = 'touchstone/run/1';

/** All that the outcome of a run depends on; plain JSON, without times or paths. */
export interface RunSpec {
  /** What is run, such as 'audit'. */
  readonly kind: string;
  /** The question as asked: suspect, techniques, budget and their settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seeds: Readonly<Record<string, number>>;
  /** Versions of this program and of the libraries whose arithmetic shows in the result. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 of models and data, by role. */
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * Writes `run.json` into a new folder, or checks that an old folder holds this very run.
 *
 * @returns a checksum of what the run is.
 * @throws TouchstoneError (`input`) that names the first difference, or the file that is in the way.
 */
export async function claimFolder(folder: string, spec: RunSpec): Promise<string> {
  const path = join(folder, MANIFEST);
  const text = `${JSON.stringify({ schema: SCHEMA, ...spec }, null, 2)}\n`;
  const found = await readIfThere(path);
  if (found === undefined) {
    await refuseStrangers(folder);
    await writeAtomically(path, text);
  } else {
    refuseOther(folder, parseManifest(path, found), JSON.parse(text));
  }
  return checksum('', JSON.stringify(sorted(JSON.parse(text))));
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A folder with files but no `run.json` is somebody's: nothing is written over it. */
async function refuseStrangers(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  const stranger = names.find((name) => !isLock(name) && name !== `${MANIFEST}${TEMPORARY}`);
  if (stranger === undefined) return;
  badInput(
    `${folder} holds ${stranger} but no ${MANIFEST}; expected an empty folder or a run's folder`,
    'choose another folder with --out',
  );
}

function refuseOther(folder: string, found: unknown, wanted: unknown): void {
  const difference = firstDifference(found, wanted, '');
  if (difference === undefined) return;
  const { at, there, here } = difference;
  badInput(
    `${folder} holds another run: ${at} is ${show(there)} there and ${show(here)} here`,
    'choose another folder with --out, or delete this one',
  );
}

function parseManifest(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TouchstoneError('input', `${path} is not JSON; expected the ${MANIFEST} of a run`, {
      hint: 'choose another folder with --out, or delete this one',
      cause,
    });
  }
}

interface Difference {
  readonly at: string;
  readonly there: unknown;
  readonly here: unknown;
}

/** The first place, in the order of members, at which two JSON values differ. */
function firstDifference(there: unknown, here: unknown, at: string): Difference | undefined {
  if (!isBranch(there) || !isBranch(here)) {
    return there === here ? undefined : { at, there, here };
  }
  for (const name of new Set([...Object.keys(there), ...Object.keys(here)])) {
    const inside = firstDifference(there[name], here[name], at === '' ? name : `${at}.${name}`);
    if (inside) return inside;
  }
  return undefined;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** The same JSON with members in the order of their names: the order they were given in says nothing. */
function sorted(value: unknown): unknown {
  if (!isBranch(value) || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
