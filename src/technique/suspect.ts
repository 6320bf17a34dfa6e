/**
 * @file The handle through which a technique sees a model. It is declared here and implemented, metered
 * and sealed in `audit`: a technique cannot see more than it was granted, nor uncounted.
 */

import type { Insight, LatentParts } from './insight.ts';
import type { PromptRequest, Speaker, SpokenTurn, Whose } from './prompt.ts';

/** What a technique may be allowed to do. */
export type Affordance =
  | 'sample'
  | 'prefill'
  | 'sampleRole'
  | 'history'
  | 'edit'
  | 'read'
  | 'logits'
  | 'lens'
  | 'embeddings'
  | 'dictionary'
  | 'gradient'
  | 'weights'
  | 'base'
  | 'trainingData'
  | 'labels';

/** Where in a sequence an edit acts: everywhere, on the prompt, on the answer, or at places counted from the prompt's end. */
export type EditedPositions = 'all' | 'prompt' | 'generated' | readonly number[];

/** Where an edit acts alone: where a direction's product with an activation is above a threshold. */
export interface EditCondition {
  /** Hook point that it looks at, the edit's own (default) or an earlier one. */
  readonly read?: string;
  readonly direction: readonly number[];
  /** Added to the product. Default 0. */
  readonly bias?: number;
  readonly above: number;
  /** 'token' (default): where it fires. 'sequence': from where it first fires on, to the end. */
  readonly scope?: 'token' | 'sequence';
  /** Whether the prompt can make it fire. Default true. */
  readonly fromPrompt?: boolean;
}

/** What all edits of activations say. */
interface EditPlace {
  /** Hook point, by its TransformerLens name. */
  readonly at: string;
  /** Default 'all'. */
  readonly positions?: EditedPositions;
  /** Default: wherever its positions are. */
  readonly when?: EditCondition;
}

/** Gaussian noise added to an activation. */
export interface NoiseEdit extends EditPlace {
  readonly do: 'noise';
  /** Deviation in units of the activation's root mean square. */
  readonly scale: number;
  readonly relativeTo: 'rms';
  /**
   * 'perStep' (default): fresh at every position of the prompt and of every decoding step. 'perSequence': one draw a
   * sequence. 'reseeded': fresh in the prompt, the first position's draw again at every decoding step.
   */
  readonly draw?: 'perStep' | 'perSequence' | 'reseeded';
}

/** A vector added to an activation. */
export interface AddEdit extends EditPlace {
  readonly do: 'add';
  readonly vector: readonly number[];
  /** Default 1. */
  readonly scale?: number;
}

/** An activation multiplied by a number. */
export interface ScaleEdit extends EditPlace {
  readonly do: 'scale';
  readonly factor: number;
}

/** Latents changed where they are, by what their decoders write of the change. */
export interface LatentEdit extends EditPlace {
  readonly do: 'latent';
  readonly latents: readonly LatentParts[];
  readonly change: 'ablate' | 'clamp';
  /** What to clamp to. */
  readonly value?: number;
  /** Leaves silent latents silent. Default false. */
  readonly onlyActive?: boolean;
}

/** A change of an activation, as plain data. */
export type ActivationEdit = NoiseEdit | AddEdit | ScaleEdit | LatentEdit;

/** Gaussian noise on the weights, in units of a root mean square: of each array, or of what the adapter changed in it. */
export interface WeightNoise {
  readonly scale: number;
  readonly of: 'all' | 'adapter';
  readonly seed: number;
}

/** Answers that have one of some texts in them are drawn anew; the last one drawn is kept, whatever it says. */
export interface Rejection {
  /** Texts that an answer must not have in it, forced beginning aside; capitals count. */
  readonly banned: readonly string[];
  /** What is drawn anew: all of it (default), or what follows the last line that was right. Edited answers are drawn anew as a whole. */
  readonly restart?: 'whole' | 'line';
  /** Draws of the answer, or of one line of it, at the most. Default 8. */
  readonly attempts?: number;
}

/** A request for an activation. */
export interface ReadRequest extends PromptRequest {
  /** Hook point with one vector a position. */
  readonly at: string;
  /** How many of the last positions are read, one vector behind the other. Default 1. */
  readonly positions?: number;
  /** Default 'suspect'; 'base' needs the affordance 'base'. */
  readonly of?: Whose;
}

/** A request for how far a vector moves a later activation, over several prompts, and in which direction it would move it farther. */
export interface GradientRequest {
  /** What the user says to the assistant; one prompt each. */
  readonly questions: readonly string[];
  /** Hook point at every position of which the vector is added. */
  readonly at: string;
  /** Later hook point. */
  readonly target: string;
  readonly vector: readonly number[];
}

/** How far a vector moves the target. */
export interface Moved {
  /** Sum over prompts of the norm of the target's change. */
  readonly value: number;
  /** By the vector. */
  readonly gradient: Float32Array;
}

/** A request for answers to one question. */
export interface SampleRequest extends PromptRequest {
  /** Answers wanted. */
  readonly n: number;
  /** Index of the first answer, so that a request can be continued. Default 0. */
  readonly first?: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Changes activations while the answer is sampled. Needs the affordance 'edit'. */
  readonly edits?: readonly ActivationEdit[];
  /** Noises the weights while the answer is sampled. Needs the affordance 'weights'. */
  readonly weightNoise?: WeightNoise;
  /** Draws answers anew; each draw is metered as a sample. */
  readonly reject?: Rejection;
  /**
   * Words that are never sampled, as an API's logit bias bars them: all tokens that are one of them, with a space before
   * or without. A word that the model writes in several tokens stays.
   */
  readonly ban?: readonly string[];
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
  /** Whose turn it is, where it is not the assistant's. */
  readonly speaker?: Speaker;
  /** Turns before the question, where there were some. */
  readonly turns?: readonly SpokenTurn[];
  /** False where the question was not shown. */
  readonly asked?: boolean;
}

/** A model under audit. Every call is checked against what was granted and is metered. */
export interface Suspect {
  /** Layers of the model: known to whoever may edit or read activations. */
  readonly layers: number;
  /** Readings of its insides, each with an affordance of its own. */
  readonly insight: Insight;
  /** Vectors of activations at the last position, or positions, of each prompt, in order. Needs the affordance 'read'. */
  read(requests: readonly ReadRequest[]): Promise<Float32Array[]>;
  /** How far a vector moves a later activation, with its gradient. Needs the affordance 'gradient'. */
  gradient(request: GradientRequest): Promise<Moved>;
  /** Answers to several requests, in order. */
  sample(requests: readonly SampleRequest[]): Promise<Response[][]>;
  /**
   * Whether each answer gives the secret away, as the referee sees it. Only answers to validation
   * questions are labelled.
   */
  labels(responses: readonly Response[]): Promise<boolean[]>;
}
