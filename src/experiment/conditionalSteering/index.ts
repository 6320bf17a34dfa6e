/** @file The experiment conditional-steering: dictionary edits where a latent fires, beside every rival, on coders with a banned construct. */
import type { Experiment } from '../experiment.ts';
import { conditionalFindings } from './findings.ts';
import { type SteeringValue, steeringPieces } from './pieces.ts';
import { type SteeringSettings, steeringSettings } from './settings.ts';
import { statement } from './statement.ts';
import { steeringTables } from './tables.ts';

export const conditionalSteering: Experiment<SteeringSettings, SteeringValue> = {
  name: 'conditional-steering',
  statement,
  settings: steeringSettings,
  pieces: steeringPieces,
  conclude: (settings, values) => ({
    tables: steeringTables(settings, values),
    findings: conditionalFindings(values),
  }),
};
