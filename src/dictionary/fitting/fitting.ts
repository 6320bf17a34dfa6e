/** @file How kinds that no gradient trains are fitted to rows. */
import type { RandomStream, Runtime } from '../../tensor/index.ts';
import type { DictionaryConfig, DictionaryTensors, Rows } from '../kind.ts';

/** How a kind is fitted to rows. */
export interface Fitting {
  /** Settings of the config that shape the fit, with their defaults. */
  readonly defaults: Readonly<Record<string, boolean | number | string>>;
  /** Tensors for the rows. @throws TouchstoneError where the rows cannot be fitted with these settings */
  fit(work: FittingWork): Promise<Fitted>;
}

/** What is to be fitted, and with what. */
export interface FittingWork {
  /** Finite numbers, [n, d_in]. */
  readonly rows: Rows;
  readonly config: DictionaryConfig;
  /** Where all random numbers of the fit come from. */
  readonly stream: RandomStream;
  readonly runtime: Runtime;
  /** Reports that some of the iterations are done, and may throw to stop. */
  readonly progress: Step;
}

/** Reports `done` of at most `total` iterations, with a figure worth watching. */
export type Step = (done: number, total: number, note: string) => Promise<void>;

/** A fit. */
export interface Fitted {
  readonly tensors: DictionaryTensors;
  readonly outcome: FitOutcome;
}

/** How a fit went; it is kept in the config, under `fitted`. */
export interface FitOutcome {
  readonly iterations: number;
  /** Whether it stopped because little changed, not at the most iterations. */
  readonly converged: boolean;
  /** What the kind minimises, or nothing where it has a closed form. */
  readonly objective?: number;
}
