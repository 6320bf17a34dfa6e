/** @file The experiment fuzzing-family: does sampling with noise give secrets away, beyond plain questions and temperature? */
import type { Experiment } from '../experiment.ts';
import { type FuzzSettings, fuzzSettings } from './arms.ts';
import { fuzzFindings } from './findings.ts';
import { type FuzzValue, fuzzPieces } from './pieces.ts';
import { statement } from './statement.ts';
import { fuzzTables } from './tables.ts';

export const fuzzingFamily: Experiment<FuzzSettings, FuzzValue> = {
  name: 'fuzzing-family',
  statement,
  settings: fuzzSettings,
  pieces: fuzzPieces,
  conclude: (settings, values) => ({
    tables: fuzzTables(settings, values),
    findings: fuzzFindings(settings, values),
  }),
};
