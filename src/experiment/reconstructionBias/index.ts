/** @file The experiment reconstruction-bias: do sparse autoencoders shrink, which measure shows it, and which loss avoids it? */
import type { Experiment } from '../experiment.ts';
import { type BiasSettings, biasSettings } from './arms.ts';
import { biasFindings } from './findings.ts';
import { type BiasValue, biasPieces } from './pieces.ts';
import { statement } from './statement.ts';
import { biasTables } from './tables.ts';

export const reconstructionBias: Experiment<BiasSettings, BiasValue> = {
  name: 'reconstruction-bias',
  statement,
  settings: biasSettings,
  pieces: biasPieces,
  conclude: (settings, values) => ({
    tables: biasTables(values),
    findings: biasFindings(settings, values),
  }),
};
