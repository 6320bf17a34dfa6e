/** @file The experiment dictionaries-versus-clusters: sparse autoencoders beside clusterings and components at equal bits. */
import type { Experiment } from '../experiment.ts';
import { versusFindings } from './findings.ts';
import { type VersusValue, versusPieces } from './pieces.ts';
import { type VersusSettings, versusSettings } from './settings.ts';
import { statement } from './statement.ts';
import { versusTables } from './tables.ts';

export const dictionariesVersusClusters: Experiment<VersusSettings, readonly VersusValue[]> = {
  name: 'dictionaries-versus-clusters',
  statement,
  settings: versusSettings,
  pieces: versusPieces,
  conclude: (settings, values) => ({
    tables: versusTables(settings, values.flat()),
    findings: versusFindings(settings, values.flat()),
  }),
};
