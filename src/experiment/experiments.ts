/** @file The experiments, by name. */
import { badUsage } from '../tensor/index.ts';
import { alignmentFakingPairs } from './alignmentFakingPairs/index.ts';
import { conditionalSteering } from './conditionalSteering/index.ts';
import { dictionariesVersusClusters } from './dictionariesVersusClusters/index.ts';
import { documentArms } from './documentArms/index.ts';
import type { Experiment } from './experiment.ts';
import { fuzzingFamily } from './fuzzingFamily/index.ts';
import { internalisedObjective } from './internalisedObjective/index.ts';
import { personas } from './personas/index.ts';
import { reconstructionBias } from './reconstructionBias/index.ts';
import { sandbaggingNoise } from './sandbaggingNoise/index.ts';
import { unsupervisedVectors } from './unsupervisedVectors/index.ts';

/** An experiment with its types put aside: the runner needs none of them. */
type AnyExperiment = Experiment;

export const EXPERIMENTS: readonly AnyExperiment[] = [
  reconstructionBias,
  dictionariesVersusClusters,
  fuzzingFamily,
  sandbaggingNoise,
  alignmentFakingPairs,
  conditionalSteering,
  unsupervisedVectors,
  documentArms,
  personas,
  internalisedObjective,
];

/** The experiment of a name. @throws TouchstoneError where there is none */
export function experimentNamed(name: string): AnyExperiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  const names = EXPERIMENTS.map((experiment) => experiment.name).join(', ');
  return found ?? badUsage(`no experiment '${name}'`, `there are ${names}`);
}
