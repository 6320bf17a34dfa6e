/** @file Dictionaries below the folder of the runs, and the curves of their training. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CurvesAnswer, DictionaryList } from '../../../server/index.ts';
import { findRun } from '../../../store/index.ts';
import { badInput } from '../../../tensor/index.ts';
import { HISTORY } from '../dict/curves.ts';
import { readCurves } from '../dict/summary.ts';

type Found = DictionaryList['found'][number];

/** Folders that look like dictionaries: those of the folder itself, and those of the runs in it. */
export async function foundDictionaries(runs: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await foldersOf(runs)) {
    const own = await foundAt(join(runs, name), null);
    if (own) found.push(own);
    if (!existsSync(join(runs, name, 'run.json'))) continue;
    for (const inner of await foldersOf(join(runs, name))) {
      const one = await foundAt(join(runs, name, inner), name);
      if (one) found.push(one);
    }
  }
  return found;
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const shown = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return shown.map(({ name }) => name).sort();
}

async function foundAt(path: string, run: string | null): Promise<Found | undefined> {
  const text = await readFile(join(path, 'cfg.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const config = JSON.parse(text) as Record<string, unknown>;
    const { architecture, d_sae, metadata } = config;
    const about = { ...(metadata as Record<string, unknown> | undefined), ...config };
    if (typeof architecture !== 'string' || typeof d_sae !== 'number') return undefined;
    const word = (value: unknown) => (typeof value === 'string' ? value : null);
    const { model_name, hook_name } = about;
    return {
      path,
      run,
      architecture,
      latents: d_sae,
      model: word(model_name),
      hook: word(hook_name),
    };
  } catch {
    return undefined;
  }
}

/** Curves of a training run, also of one that is going on. @throws TouchstoneError where the run is none */
export async function curvesOf(runs: string, name: string): Promise<CurvesAnswer> {
  const { kind, state, settings } = await findRun(runs, name);
  const { steps, batch, plans } = settings as {
    readonly steps?: number;
    readonly batch?: number;
    readonly plans?: readonly { readonly name: string }[];
  };
  if (kind !== 'dictionaries' || !steps || !batch || !plans)
    badInput(
      `the run '${name}' trains no dictionaries`,
      'runs of touchstone dict train have curves',
    );
  const path = join(runs, name, HISTORY);
  const names = plans.map((plan) => plan.name);
  const { points } = await readCurves(path, existsSync(path) ? names : [], steps);
  const dictionaries = [...points].map(([own, list]) => ({ name: own, points: [...list] }));
  const drawn = dictionaries.filter((one) => one.points.length > 0);
  const isDone = state !== 'running' && existsSync(join(runs, name, 'summary.json'));
  return { run: name, state: isDone ? 'done' : state, steps, batch, dictionaries: drawn };
}
