/** @file The tables of unsupervised-vectors. */
import type { Table } from '../statement.ts';
import type { VectorValue } from './pieces.ts';
import type { VectorSettings } from './settings.ts';

export function vectorTables(_: VectorSettings, __: readonly VectorValue[]): Table[] {
  return [];
}
