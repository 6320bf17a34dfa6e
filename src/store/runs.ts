/** @file The run folders of one folder: listed, read and deleted. */
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { badInput } from '../tensor/errors.ts';
import { isHeld } from './lock.ts';
import { MANIFEST, type RunSpec } from './manifest.ts';

/** How far a run is: 'running' where a living process holds it, 'stopped' where it can be gone on with. */
export type RunState = 'done' | 'running' | 'stopped';

/** One run folder. */
export interface RunEntry extends RunSpec {
  /** The folder's own name. */
  readonly name: string;
  readonly state: RunState;
  /** Whether it has a table of samples, and a report as one page. */
  readonly samples: boolean;
  readonly page: boolean;
}

const REPORT = 'report.json';
const SAMPLES = 'samples.parquet';
/** What a deleted run is called until it is gone. */
const GONE = '.deleted-';

/** The runs of a folder by name; other folders in it are left out, and so is a damaged `run.json`. */
export async function listRuns(folder: string): Promise<RunEntry[]> {
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(names.sort().map((name) => entryOf(folder, name)));
  return entries.filter((entry) => entry !== undefined);
}

/** One run. @throws TouchstoneError where there is none of that name */
export async function findRun(folder: string, name: string): Promise<RunEntry> {
  const plain = basename(name) === name && !name.startsWith('.');
  const entry = plain ? await entryOf(folder, name) : undefined;
  return entry ?? badInput(`no run is called '${name}'`, 'list the runs anew');
}

async function entryOf(folder: string, name: string): Promise<RunEntry | undefined> {
  if (name.startsWith('.')) return undefined;
  const path = join(folder, name);
  const text = await readFile(join(path, MANIFEST), 'utf8').catch(() => undefined);
  const spec = text === undefined ? undefined : parsed(text);
  if (spec === undefined) return undefined;
  const { kind, settings, seeds, versions, hashes } = spec;
  return { name, ...(await lookAt(path)), kind, settings, seeds, versions, hashes };
}

function parsed(text: string): RunSpec | undefined {
  try {
    const value = JSON.parse(text) as Partial<RunSpec> | null;
    const whole = value?.kind && value.settings && value.seeds && value.versions && value.hashes;
    return whole ? (value as RunSpec) : undefined;
  } catch {
    return undefined;
  }
}

async function lookAt(path: string): Promise<Pick<RunEntry, 'state' | 'samples' | 'page'>> {
  const held = await isHeld(path);
  const names = await readdir(path);
  const state = held ? 'running' : names.includes(REPORT) ? 'done' : 'stopped';
  return { state, samples: names.includes(SAMPLES), page: names.includes('report.html') };
}

/** A report file of a run. @throws TouchstoneError where it has none */
export async function readReport(
  folder: string,
  name: string,
  file: 'report.json' | 'report.html',
): Promise<string> {
  await findRun(folder, name);
  const text = await readFile(join(folder, name, file), 'utf8').catch(() => undefined);
  return text ?? badInput(`the run '${name}' has no ${file} yet`, 'resume it to its end first');
}

/** Deletes a run with all that it holds. @throws TouchstoneError where a living process writes it */
export async function deleteRun(folder: string, name: string): Promise<void> {
  const { state } = await findRun(folder, name);
  if (state === 'running') badInput(`the run '${name}' is running`, 'stop it first');
  // Renamed first, so that a process killed meanwhile leaves no half of a run that looks like one.
  const gone = join(folder, `${GONE}${name}`);
  await rm(gone, { recursive: true, force: true });
  await rename(join(folder, name), gone);
  await rm(gone, { recursive: true, force: true });
}
