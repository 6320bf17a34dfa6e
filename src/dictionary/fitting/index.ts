/** @file Fits of dictionaries that no gradient trains, and of any kind. */
export {
  type AnyFitOptions,
  checkFitting,
  type FittingOptions,
  fit,
  fitDictionary,
} from './fit.ts';
export type { FitOutcome, Fitted, Fitting, FittingWork, Step } from './fitting.ts';
