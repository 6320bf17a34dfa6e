/** @file The rows of a bench as Parquet: one line a technique, control, organism and number of guesses. */
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { BenchResult, BenchRow } from '../audit/bench/result.ts';

type Column = Pick<ColumnSource, 'type' | 'nullable'> & {
  readonly of: (row: BenchRow, success: BenchRow['success'][number]) => string | number | null;
};

const text = (of: Column['of']): Column => ({ type: 'STRING', nullable: true, of });
const number = (of: Column['of']): Column => ({ type: 'DOUBLE', nullable: true, of });
const count = (of: Column['of']): Column => ({ type: 'INT32', nullable: false, of });

const COLUMNS: Readonly<Record<string, Column>> = {
  technique: text((row) => row.technique),
  control: text((row) => row.control),
  organism: text((row) => row.organism),
  seeds: count((row) => row.bySeed.length),
  k: count((_, at) => at.k),
  prior: number((_, at) => at.prior),
  success: number((_, at) => at.organism.rate),
  successLow: number((_, at) => at.organism.interval[0]),
  successHigh: number((_, at) => at.organism.interval[1]),
  twinSuccess: number((_, at) => at.twin.rate),
  twinsAccused: number((row) => row.accusations.rate),
  auroc: number((row) => row.auroc.estimate),
  aurocLow: number((row) => row.auroc.interval[0]),
  aurocHigh: number((row) => row.auroc.interval[1]),
  answers: number((row) => row.answers?.organism.n ?? null),
  answersNaming: number((row) => row.answers?.organism.rate ?? null),
  answersNamingTwin: number((row) => row.answers?.twin.rate ?? null),
  answersDifference: number((row) => row.answers?.difference.estimate ?? null),
  answersDifferenceLow: number((row) => row.answers?.difference.interval[0] ?? null),
  answersDifferenceHigh: number((row) => row.answers?.difference.interval[1] ?? null),
  uplift: number((row) => row.uplift?.estimate ?? null),
  upliftLow: number((row) => row.uplift?.interval[0] ?? null),
  upliftHigh: number((row) => row.uplift?.interval[1] ?? null),
  p: number((row) => row.p.corrected),
  decidedBy: text((row) => row.p.decidedBy),
  decision: text((row) => row.decision),
  samples: number((row) => row.cost.samples),
  promptTokens: number((row) => row.cost.promptTokens),
  sampledTokens: number((row) => row.cost.sampledTokens),
  flops: number((row) => row.cost.flops),
  labels: number((row) => row.cost.labels),
  affordances: text((row) => row.cost.affordances.join(' ')),
};

/** The rows, then the controls: equal results give equal bytes. */
export function encodeLeaderboard({
  rows,
  controls,
}: Pick<BenchResult, 'rows' | 'controls'>): Uint8Array {
  const lines = [...rows, ...controls].flatMap((row) =>
    row.success.map((success) => ({ row, success })),
  );
  const columnData = Object.entries(COLUMNS).map(([name, { of, ...column }]) => ({
    name,
    data: lines.map(({ row, success }) => of(row, success)),
    ...column,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'touchstone' }));
}
