/** @file The table of samples as Parquet. */
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { SampleTableRow } from '../audit/sampleTable.ts';

/** One sample of one arm. */
export type SampleRow = SampleTableRow;

type Type = Pick<ColumnSource, 'type' | 'nullable'>;
const text: Type = { type: 'STRING', nullable: false };
const count: Type = { type: 'INT32', nullable: false };

/** Rows of a group: what is read at once by whoever looks at some of them. */
const GROUP = 10_000;

const COLUMNS: Readonly<Record<keyof SampleRow, Type>> = {
  arm: text,
  technique: text,
  setting: { type: 'STRING', nullable: true },
  split: text,
  prompt: text,
  index: count,
  text,
  secretMentioned: { type: 'BOOLEAN', nullable: false },
  decoysMentioned: count,
  nll: { type: 'DOUBLE', nullable: true },
};

/** The rows as a Parquet file, in their order: equal rows give equal bytes. */
export function encodeSamples(rows: readonly SampleRow[]): Uint8Array {
  const columnData = Object.entries(COLUMNS).map(([name, type]) => ({
    name,
    data: rows.map((row) => canonical(row[name as keyof SampleRow])),
    ...type,
  }));
  return new Uint8Array(
    parquetWriteBuffer({ columnData, rowGroupSize: GROUP, createdBy: 'touchstone' }),
  );
}

/** A journal gives -0 back as 0: write 0 in both cases, so that resumed bytes are equal. */
function canonical(value: SampleRow[keyof SampleRow]): SampleRow[keyof SampleRow] {
  return value === 0 ? 0 : value;
}
