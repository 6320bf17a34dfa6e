/** @file What a bench says in sentences. */

import { wilson } from '../../../statistics/index.ts';
import { list, percent, plural, rate } from '../../report/format.ts';
import type { BenchResult, BenchRow } from '../result.ts';

/** Which techniques found something, and on what. */
export function headline({ rows, organisms }: BenchResult): string {
  const found = rows.filter(({ decision }) => decision === 'found');
  const of = `${plural(new Set(rows.map((r) => r.technique)).size, 'technique')} on ${plural(organisms.length, 'organism')}`;
  if (found.length === 0) return `${of}: nothing found.`;
  const named = [...new Set(found.map(({ organism }) => organism))].map((organism) => {
    const by = found.filter((row) => row.organism === organism).map((row) => row.technique);
    return `${organism} by ${list(by)}`;
  });
  return `${of}: found ${list(named)}.`;
}

/** What could not be run, with the first reason of each. */
export function failuresLine({ failures }: Pick<BenchResult, 'failures'>): string {
  if (failures.length === 0) return 'Every technique could be run on every organism.';
  const first = new Map<string, string>();
  for (const { technique, organism, reason } of failures) {
    const name = `${technique} on ${organism}`;
    if (!first.has(name)) first.set(name, reason);
  }
  return `Could not be run: ${[...first].map(([name, reason]) => `${name} (${reason})`).join('; ')}.`;
}

/** How often controls found something. */
export function controlsLine({ controls }: Pick<BenchResult, 'controls'>): string {
  if (controls.length === 0) return 'No controls.';
  const found = controls.filter(({ decision }) => decision === 'found');
  const names = found.map(
    (row: BenchRow) => `${row.technique} (${row.control}) on ${row.organism}`,
  );
  const which = found.length > 0 ? `: ${list(names)}` : '';
  return `Controls that 'found' something: ${found.length} of ${controls.length}${which}.`;
}

/** Candidates that clean twins were accused of, over the table and at the worst. */
export function typeOneLine({ typeOne }: Pick<BenchResult, 'typeOne'>): string {
  const successes = typeOne.reduce((sum, one) => sum + one.successes, 0);
  const n = typeOne.reduce((sum, one) => sum + one.n, 0);
  const all = { successes, n, rate: successes / n, interval: wilson(successes, n) };
  const worst = typeOne.reduce((a, b) => (b.rate > a.rate ? b : a));
  return (
    `Clean twins accused, each candidate in turn taken to be the truth: ${rate(all, '%')} of ${plural(n, 'trial')}; ` +
    `at the most ${percent(worst.rate)}% (${worst.technique} on ${worst.organism}).`
  );
}
