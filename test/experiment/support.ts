/** @file Experiments at quick size, run with a stop on the way, and their tables. */
import { expect } from 'vitest';
import { MemoryJournal } from '../../src/audit/index.ts';
import {
  type ExperimentResult,
  experimentNamed,
  experimentResultSchema,
  renderExperiment,
  runExperiment,
} from '../../src/experiment/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { Shelf } from '../../src/organism/index.ts';

const runtime = nodeRuntime({ threads: 1 });
const shelf = new Shelf('organisms', runtime);
const given = { runtime, shelf, size: 'quick', version: '0' } as const;

/** Runs an experiment, stopping once after some pieces and going on with what the journal has. */
export async function stoppedAndResumed(name: string, after: number): Promise<ExperimentResult> {
  const journal = new MemoryJournal();
  let pieces = 0;
  const counting = {
    recall: (key: string) => journal.recall(key),
    record: async (key: string, value: unknown) => {
      await journal.record(key, value);
      pieces++;
    },
  };
  const safePoint = async () => {
    if (pieces >= after) throw new Error('stopped');
  };
  const experiment = experimentNamed(name);
  const stopped = runExperiment(experiment, { ...given, journal: counting, safePoint });
  await expect(stopped).rejects.toThrow('stopped');
  return runExperiment(experiment, { ...given, journal });
}

/** The published shape, rows in every table, and a view for the terminal. */
export function expectPublished(result: ExperimentResult): void {
  expect(experimentResultSchema.parse(result)).toEqual(result);
  for (const { rows, name } of result.tables) expect(rows.length, name).toBeGreaterThan(0);
  expect(renderExperiment(result, { color: false, width: 100 })).toContain(result.tables[0]!.name);
}

/** Rows of a table by their columns. */
export function rowsOf({ tables }: ExperimentResult, name: string) {
  const found = tables.find((one) => one.name === name);
  if (!found) throw new Error(`no table '${name}'`);
  return found.rows.map((row) =>
    Object.fromEntries(found.columns.map((column, i) => [column, row[i] ?? null])),
  );
}

export function estimate(cell: unknown): number {
  return (cell as { estimate: number }).estimate;
}
