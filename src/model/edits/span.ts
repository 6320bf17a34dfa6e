/** @file Which positions of which sequences a program run holds, and which of them an edit acts on. */
import { badUsage, type HostTensor, type Runtime } from '../../tensor/index.ts';
import type { Positions } from './schema.ts';

/**
 * Which positions of which sequences a program run holds. In sampling, the last token of the prompt
 * belongs to the prompt although the first new token is chosen there.
 */
export interface Span {
  /** A number for each row that is the sample's own, whatever its batch. */
  readonly rows: readonly number[];
  /** Position of each row's first column in its sequence. */
  readonly starts: readonly number[];
  /** Columns of every row. */
  readonly length: number;
  /** For each row, positions below this belong to the prompt. */
  readonly promptLengths: readonly number[];
  /** Columns of each row that are not padding. Default: all. */
  readonly lengths?: readonly number[];
  /** Token ids of each row's columns: for edits at tokens. */
  readonly tokens?: readonly ArrayLike<number>[];
  /** Slots of a cache that come before the first column. Default 0. */
  readonly past?: number;
  /** Names of the edits whose condition has fired in each row before this span. Default: none. */
  readonly fired?: readonly ReadonlySet<string>[];
  /** Where a row holds several texts, each from position 0. */
  readonly packed?: readonly PackedTexts[];
}

/** The texts of one row, by column. */
export interface PackedTexts {
  /** Position in the column's text. */
  readonly positions: ArrayLike<number>;
  /** Length of the text's prompt. */
  readonly promptLengths: ArrayLike<number>;
  /** First column of the text. */
  readonly firsts: ArrayLike<number>;
}

/** The span of one pass over whole sequences of equal length; without `promptLengths` all of it is prompt. */
export function wholeSpan(
  tokens: readonly ArrayLike<number>[],
  promptLengths: readonly number[] = tokens.map((row) => row.length),
): Span {
  return {
    rows: tokens.map((_, i) => i),
    starts: tokens.map(() => 0),
    length: tokens[0]!.length,
    promptLengths,
    tokens,
  };
}

interface Column {
  readonly position: number;
  readonly promptLength: number;
  readonly padding: boolean;
  readonly token: number | undefined;
}

function columnOf(span: Span, row: number, i: number): Column {
  const packed = span.packed?.[row];
  return {
    position: packed ? packed.positions[i]! : span.starts[row]! + i,
    promptLength: packed ? packed.promptLengths[i]! : span.promptLengths[row]!,
    padding: i >= (span.lengths?.[row] ?? span.length),
    token: span.tokens?.[row]?.[i],
  };
}

/** Whether a column belongs to its prompt. */
export function inPrompt(span: Span, row: number, i: number): boolean {
  const { position, promptLength } = columnOf(span, row, i);
  return position < promptLength;
}

function matches(positions: Positions, column: Column): boolean {
  const { position, promptLength, token } = column;
  if (positions === 'all') return true;
  if (positions === 'prompt') return position < promptLength;
  if (positions === 'generated') return position >= promptLength;
  if (Array.isArray(positions)) {
    return positions.some((at) => position === (at < 0 ? promptLength + at : at));
  }
  if (token === undefined) throw new TypeError('edits at tokens need the tokens of the span');
  return [positions.token].flat().includes(token);
}

/** The columns that `positions` name, padding excluded, as bool [rows, length]. */
export function positionMask(runtime: Runtime, span: Span, positions: Positions): HostTensor {
  return columnMask(runtime, span, (column) => matches(positions, column));
}

/** The columns that may make a condition fire: never padding. bool [rows, length]. */
export function triggerMask(runtime: Runtime, span: Span, fromPrompt: boolean): HostTensor {
  return columnMask(
    runtime,
    span,
    ({ position, promptLength }) => fromPrompt || position >= promptLength,
  );
}

function columnMask(runtime: Runtime, span: Span, open: (column: Column) => boolean): HostTensor {
  const { length } = span;
  const mask = new Uint8Array(span.rows.length * length);
  for (let row = 0; row < span.rows.length; row++) {
    for (let i = 0; i < length; i++) {
      const column = columnOf(span, row, i);
      mask[row * length + i] = !column.padding && open(column) ? 1 : 0;
    }
  }
  return runtime.tensor('bool', mask, [span.rows.length, length]);
}

/** For each column the first column of its text, int64 [rows, length]. */
export function firstColumns(runtime: Runtime, { rows, length, packed }: Span): HostTensor {
  const data = new BigInt64Array(rows.length * length);
  packed?.forEach(({ firsts }, row) => {
    for (let i = 0; i < length; i++) data[row * length + i] = BigInt(firsts[i]!);
  });
  return runtime.tensor('int64', data, [rows.length, length]);
}

/** @throws TouchstoneError where a position is in no row of a pass over whole sequences */
export function checkPositions(at: string, positions: Positions | undefined, span: Span): void {
  if (!Array.isArray(positions)) return;
  const within = (index: number) =>
    span.rows.some((_, row) => {
      const position = index < 0 ? span.promptLengths[row]! + index : index;
      return position >= 0 && position < span.length;
    });
  const wrong = positions.find((index) => !within(index));
  if (wrong === undefined) return;
  badUsage(
    `position ${wrong} of an edit at '${at}'`,
    `the sequences have positions 0 to ${span.length - 1}; negative ones count from the end of the prompt`,
  );
}
