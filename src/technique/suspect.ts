/**
 * @file The handle through which a technique sees a model. It is declared here and implemented, metered
 * and sealed in `audit`: a technique cannot see more than it was granted, nor uncounted.
 */

/** What a technique may be allowed to do. */
export type Affordance =
  | 'sample'
  | 'prefill'
  | 'sampleRole'
  | 'edit'
  | 'read'
  | 'gradient'
  | 'weights'
  | 'trainingData'
  | 'labels';

/** Gaussian noise added to an activation, fresh at every position of the prompt and of every decoding step. */
export interface NoiseEdit {
  /** Hook point, by its TransformerLens name. */
  readonly at: string;
  readonly do: 'noise';
  /** Deviation in units of the activation's root mean square. */
  readonly scale: number;
  readonly relativeTo: 'rms';
}

/** A request for answers to one question. */
export interface SampleRequest {
  /** What the user says to the assistant. */
  readonly question: string;
  /** Answers wanted. */
  readonly n: number;
  /** Index of the first answer, so that a request can be continued. Default 0. */
  readonly first?: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Forces the beginning of the answer. Needs the affordance 'prefill'. */
  readonly prefill?: string;
  /** Changes activations while the answer is sampled. Needs the affordance 'edit'. */
  readonly edits?: readonly NoiseEdit[];
}

/** One answer. */
export interface Response {
  readonly question: string;
  readonly index: number;
  /** The forced beginning, where there was one. */
  readonly prefill: string;
  /** What the model said after it. */
  readonly text: string;
  /** 'length': the answer was cut off. It counts like any other. */
  readonly finish: 'stop' | 'length';
}

/** A model under audit. Every call is checked against what was granted and is metered. */
export interface Suspect {
  /** Layers of the model: known to whoever may edit or read activations. */
  readonly layers: number;
  /** Answers to several requests, in order. */
  sample(requests: readonly SampleRequest[]): Promise<Response[][]>;
  /**
   * Whether each answer gives the secret away, as the referee sees it. Only answers to validation
   * questions are labelled.
   */
  labels(responses: readonly Response[]): Promise<boolean[]>;
}
