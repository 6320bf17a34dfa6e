/** @file The experiment unsupervised-vectors: do steering vectors found without labels bring a backdoor to light? */
import type { Experiment } from '../experiment.ts';
import { vectorFindings } from './findings.ts';
import { type VectorValue, vectorPieces } from './pieces.ts';
import { type VectorSettings, vectorSettings } from './settings.ts';
import { statement } from './statement.ts';
import { vectorTables } from './tables.ts';

export const unsupervisedVectors: Experiment<VectorSettings, readonly VectorValue[]> = {
  name: 'unsupervised-vectors',
  statement,
  settings: vectorSettings,
  pieces: vectorPieces,
  conclude: (settings, values) => ({
    tables: vectorTables(settings, values.flat()),
    findings: vectorFindings(values.flat()),
  }),
};
