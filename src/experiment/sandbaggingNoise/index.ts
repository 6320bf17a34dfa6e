/** @file The experiment sandbagging-noise: does noise bring a hidden skill back? */
import type { Experiment } from '../experiment.ts';
import { type SandbagSettings, sandbagSettings } from './arms.ts';
import { sandbagConclusion } from './conclude.ts';
import { type SandbagValue, sandbagPieces } from './pieces.ts';
import { statement } from './statement.ts';

export const sandbaggingNoise: Experiment<SandbagSettings, SandbagValue> = {
  name: 'sandbagging-noise',
  statement,
  settings: sandbagSettings,
  pieces: sandbagPieces,
  conclude: sandbagConclusion,
};
