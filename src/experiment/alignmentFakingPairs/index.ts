/** @file The experiment alignment-faking-pairs: which of two models fakes its alignment? */
import type { Experiment } from '../experiment.ts';
import { type PairSettings, pairSettings } from './arms.ts';
import { pairConclusion } from './conclude.ts';
import { type Misaligned, pairPieces } from './pieces.ts';
import { statement } from './statement.ts';

export const alignmentFakingPairs: Experiment<PairSettings, Misaligned> = {
  name: 'alignment-faking-pairs',
  statement,
  settings: pairSettings,
  pieces: pairPieces,
  conclude: pairConclusion,
};
