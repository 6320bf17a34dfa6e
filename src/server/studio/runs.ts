/** @file Runs as the studio shows them: listed with the command that goes on with each, and pages of their samples. */
import { join } from 'node:path';
import type { z } from 'zod';
import {
  findRun,
  openSamples,
  type RunEntry,
  type SampleFile,
  type SampleFilter,
} from '../../store/index.ts';
import { badRequest } from '../problem.ts';
import type { AuditRequest, RunAnswer, samplesAnswer } from './schema.ts';

/** Rows of one answer at the most. */
const MOST_ROWS = 500;

/** A run with the command that goes on with it. */
export function runAnswer(folder: string, entry: RunEntry): RunAnswer {
  return { ...unsealed(entry), path: join(folder, entry.name), command: commandOf(folder, entry) };
}

/** Whoever plays a game in the studio looks at its run, too: what it is about is not told before it is over. */
function unsealed(entry: RunEntry): RunEntry {
  if (entry.kind !== 'game' || entry.state === 'done') return entry;
  return { ...entry, settings: { ...entry.settings, suspect: null } };
}

function commandOf(folder: string, run: RunEntry): string | null {
  const out = `--out ${JSON.stringify(`${folder}/${run.name}`)}`;
  if (run.kind === 'experiment') {
    const { experiment, size } = run.settings;
    return `touchstone experiment run ${experiment}${size === 'quick' ? ' --quick' : ''} ${out}`;
  }
  if (run.kind === 'game')
    return run.state === 'done' ? `touchstone game score ${out.replace('--out ', '')}` : null;
  const request = resumeRequest(run);
  if (!request) return null;
  const { suspect, techniques = [], budget, effect, seed } = request;
  const named = techniques.map((technique) => `--technique ${technique}`).join(' ');
  return `touchstone audit ${suspect} ${named} --budget ${budget} --effect ${effect} --seed ${seed} ${out}`;
}

/** What asks for the same audit again; undefined where its secret is not in the package. */
export function resumeRequest({ kind, settings, seeds, name }: RunEntry): AuditRequest | undefined {
  const { suspect, techniques, budget, effect } = settings;
  const size = (budget as { name?: unknown } | undefined)?.name;
  if (kind !== 'audit' || typeof suspect !== 'string' || !/^\w[\w-]*:/.test(suspect)) return;
  if (typeof size !== 'string' || typeof effect !== 'number' || !Array.isArray(techniques)) return;
  const named = size === 'quick' || size === 'standard' ? size : Number(size);
  return { suspect, techniques, budget: named, effect, seed: seeds.audit ?? 1, run: name };
}

type Query = Readonly<Record<string, string>>;

/** The samples of the run that was asked for last stay open. */
export class Samples {
  readonly #folder: string;
  #open: SampleFile | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rows that a query asks for. @throws Problem where a number of it is none; TouchstoneError where the run has no samples */
  async page(name: string, query: Query): Promise<z.infer<typeof samplesAnswer>> {
    await findRun(this.#folder, name);
    const offset = numberOf(query, 'offset', 0);
    const limit = Math.min(MOST_ROWS, numberOf(query, 'limit', 100));
    const file = await openSamples(this.#folder, name, this.#open);
    this.#open = file;
    return { offset, ...(await file.page(filterOf(query), offset, limit)) };
  }
}

function filterOf({ arm, technique, setting, split, names, text }: Query): SampleFilter {
  const named = names === 'secret' || names === 'decoy' ? names : undefined;
  return { arm, technique, setting, split, names: named, text };
}

function numberOf(query: Query, field: string, otherwise: number): number {
  const text = query[field];
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return badRequest(`${field} is no whole number`, field);
}
