/** @file The table of samples as Parquet. */
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';

/** One sample of one arm. */
export interface SampleRow {
  /** Which model spoke: 'suspect' or 'twin'. */
  readonly arm: string;
  readonly technique: string;
  /** The technique's setting; null where it has none. */
  readonly setting: string | null;
  /** 'validation' where the setting was chosen, 'test' where it is reported. */
  readonly split: string;
  readonly prompt: string;
  /** Which sample of that prompt, from 0. */
  readonly index: number;
  readonly text: string;
  readonly secretMentioned: boolean;
  /** How many different decoy words the text names. */
  readonly decoysMentioned: number;
  /** Mean negative log-likelihood per token under the base model, nats; null where not measured. */
  readonly nll: number | null;
}

type Type = Pick<ColumnSource, 'type' | 'nullable'>;
const text: Type = { type: 'STRING', nullable: false };
const count: Type = { type: 'INT32', nullable: false };

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
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'touchstone' }));
}

/** A journal gives -0 back as 0: write 0 in both cases, so that resumed bytes are equal. */
function canonical(value: SampleRow[keyof SampleRow]): SampleRow[keyof SampleRow] {
  return value === 0 ? 0 : value;
}
