/** @file Runs as the studio shows them: listed with the command that goes on with each, and pages of their samples. */
import type { z } from 'zod';
import { type RunEntry, readSamples, type SampleRow } from '../../store/index.ts';
import { badRequest } from '../problem.ts';
import type { AuditRequest, RunAnswer, samplesAnswer } from './schema.ts';

/** Rows of one answer at the most. */
const MOST_ROWS = 500;

/** A run with the command that goes on with it. */
export function runAnswer(folder: string, entry: RunEntry): RunAnswer {
  return { ...unsealed(entry), command: commandOf(folder, entry) };
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
const TEXTS = ['arm', 'technique', 'setting', 'split'] as const;

/** Samples of the run that was asked for last stay in memory. */
export class Samples {
  readonly #folder: string;
  #last: { readonly name: string; readonly rows: Promise<SampleRow[]> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rows that a query asks for. @throws Problem where a number of it is none */
  async page(name: string, query: Query): Promise<z.infer<typeof samplesAnswer>> {
    const all = (await this.#rows(name)).filter((row) => fits(row, query));
    const offset = numberOf(query, 'offset', 0);
    const rows = all.slice(offset, offset + Math.min(MOST_ROWS, numberOf(query, 'limit', 100)));
    return { total: all.length, offset, rows };
  }

  forget(name: string): void {
    if (this.#last?.name === name) this.#last = undefined;
  }

  async #rows(name: string): Promise<SampleRow[]> {
    if (this.#last?.name !== name) this.#last = { name, rows: readSamples(this.#folder, name) };
    try {
      return await this.#last.rows;
    } catch (error) {
      this.forget(name);
      throw error;
    }
  }
}

function fits(row: SampleRow, query: Query): boolean {
  const { names, text } = query;
  if (TEXTS.some((field) => query[field] !== undefined && row[field] !== query[field]))
    return false;
  if (names === 'secret' && !row.secretMentioned) return false;
  if (names === 'decoy' && row.decoysMentioned === 0) return false;
  return !text || `${row.prompt}\n${row.text}`.toLowerCase().includes(text.toLowerCase());
}

function numberOf(query: Query, field: string, otherwise: number): number {
  const text = query[field];
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return badRequest(`${field} is no whole number`, field);
}
