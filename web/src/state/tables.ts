/** @file Tables in a report of whatever kind: every list of flat records that it holds, under its place. */

/** A list of records. */
export interface Table {
  /** Where in the report it lies. */
  readonly at: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What the page draws of one table at the most; the file has the rest. */
export const MOST_ROWS = 200;
/** Records inside records are looked into down to here. */
const DEPTH = 4;
/** Columns that still can be read beside each other. */
const MOST_COLUMNS = 12;

type Fields = Readonly<Record<string, unknown>>;

/** All tables, in the order of the report. */
export function tablesOf(report: unknown, at = '', depth = 0): Table[] {
  if (depth > DEPTH || !isRecord(report)) return [];
  if (Array.isArray(report)) return [];
  return Object.entries(report).flatMap(([name, value]) => {
    const place = at === '' ? name : `${at}.${name}`;
    return Array.isArray(value) ? listAt(place, value) : tablesOf(value, place, depth + 1);
  });
}

/** What the report says outside of lists: names and values. */
export function valuesOf(report: unknown): [string, string][] {
  if (!isRecord(report) || Array.isArray(report)) return [];
  return Object.entries(report).flatMap(([name, value]) =>
    isRecord(value) ? [] : [[name, cell(value)] as [string, string]],
  );
}

function listAt(at: string, list: readonly unknown[]): Table[] {
  const records = list.filter((one): one is Fields => isRecord(one) && !Array.isArray(one));
  if (records.length === 0 || records.length < list.length) return [];
  const flat = records.slice(0, MOST_ROWS).map((record) => flattened(record));
  const columns = [...new Set(flat.flatMap((record) => Object.keys(record)))].slice(
    0,
    MOST_COLUMNS,
  );
  const rows = flat.map((record) => columns.map((column) => cell(record[column])));
  return columns.length === 0 ? [] : [{ at: `${at} (${list.length})`, columns, rows }];
}

/** Values of a record, and of the records right in it. */
function flattened(record: Fields): Record<string, unknown> {
  const fields = Object.entries(record).flatMap(([name, value]) =>
    isRecord(value) && !Array.isArray(value)
      ? Object.entries(value).map(([inner, own]) => [`${name}.${inner}`, own] as const)
      : [[name, value] as const],
  );
  return Object.fromEntries(fields.filter(([, value]) => isPlain(value)));
}

/** What fits into a cell. */
function isPlain(value: unknown): boolean {
  if (!Array.isArray(value)) return !isRecord(value);
  return value.length <= 4 && value.every((one) => !isRecord(one));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(cell).join(' to ');
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(4)));
  return String(value);
}
