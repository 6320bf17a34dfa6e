/** @file Cells of tables as text. */
import type { Cell } from '../statement.ts';

/** Three significant digits, whole numbers as they are, never an exponent for what a reader compares. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : value < 0 ? '-inf' : 'not a number';
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-5) return value.toExponential(2);
  const digits = Math.max(0, Math.min(7, 2 - Math.floor(Math.log10(size))));
  return value.toFixed(digits);
}

/** '0.975 [0.968, 0.982]', '12', 'gated', '-'. */
export function cellText(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return number(cell);
  const [low, high] = cell.interval;
  return `${number(cell.estimate)} [${number(low)}, ${number(high)}]`;
}

/** What a figure puts on an axis, or undefined where there is nothing to put. */
export function cellNumber(cell: Cell | undefined): number | undefined {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'object' && cell !== null ? cell.estimate : undefined;
}
