/** @file What the decision rule of unsupervised-vectors says. */
import type { Finding } from '../statement.ts';
import type { VectorValue } from './pieces.ts';

export function vectorFindings(_: readonly VectorValue[]): Finding[] {
  return [];
}
