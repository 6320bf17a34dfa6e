/** @file What long work tells whoever watches it. */

/** One report of a long piece of work. */
export interface Progress {
  /** What is being done, in a few words. */
  readonly task: string;
  readonly done: number;
  readonly total: number;
  /** What is counted: 'samples', 'steps', 'tokens', 'bytes'. */
  readonly unit: string;
  /** A figure worth watching, such as 'loss 2.31'. */
  readonly note?: string;
}

/** Receives progress. Must not throw. */
export type Reporter = (progress: Progress) => void;

/** The reporter that says nothing. */
export const silent: Reporter = () => {};
