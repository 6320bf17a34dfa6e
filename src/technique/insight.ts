/** @file What a suspect may be asked about its insides: readings of words, directions, training data and dictionaries, as plain data. */
import type { PromptRequest, Whose } from './prompt.ts';
import type { ActivationEdit } from './suspect.ts';

/** A request for the probabilities of words. */
export interface WordsRequest extends PromptRequest {
  /** A word of several tokens counts as their mean, tokens that many of the words share counting less. */
  readonly words: readonly string[];
  /** Residual hook point that is read as if it were the last (the logit lens). Default: the model's own prediction. */
  readonly at?: string;
  /** How many of the last positions are averaged over. Default 1. */
  readonly positions?: number;
  /** Default 'suspect'; 'base' needs the affordance 'base'. */
  readonly of?: Whose;
  /** Changes activations on the way, of the model's own prediction alone. Needs the affordance 'edit'. */
  readonly edits?: readonly ActivationEdit[];
}

/** A request for how likely a model finds an answer. */
export interface LikelihoodRequest extends PromptRequest {
  /** What is said after the prompt. */
  readonly text: string;
  readonly of?: Whose;
}

/** A request for texts that a model was trained on. */
export interface TextsRequest {
  /** Texts at the most, spread evenly over all. */
  readonly count: number;
  readonly of?: Whose;
}

/** How much of what training changed in one matrix that writes into the residual stream is written towards each word. */
export interface WeightChange {
  readonly place: string;
  /** Norm of the matrix's change. */
  readonly size: number;
  /** For each word, the norm of the change along the word's unit direction, in units of what a random direction gets. */
  readonly towards: readonly number[];
}

/** A request for a dictionary, trained on the spot. */
export interface DictionaryRequest {
  /** Hook point with one vector a position. */
  readonly at: string;
  /** Prompts of which every position but the first is a row. */
  readonly prompts: readonly PromptRequest[];
  /** Whose activations are rows: one model's, or both models' side by side, each scaled to the same mean square. */
  readonly on: Whose | 'both';
  readonly latents: number;
  /** Latents that are active in a row. */
  readonly active: number;
  /** Steps of 256 rows. */
  readonly steps: number;
}

/** A latent as a detector and a direction of the stream: x fires it by (encoder . x + bias) where that is above the threshold. */
export interface LatentParts {
  readonly encoder: readonly number[];
  readonly bias: number;
  /** The least activation that it had in training, where several compete to be active. */
  readonly threshold: number;
  readonly decoder: readonly number[];
}

/** A dictionary of a suspect's activations. It can be asked, and single latents of it taken for edits. */
export interface DictionaryReader {
  readonly latents: number;
  /** Share of the training rows in which each latent is active. */
  readonly density: readonly number[];
  /** Share of the suspect in each latent's decoder norm, 0 to 1: 1 where the dictionary is of the suspect alone. */
  readonly share: readonly number[];
  /** Mean activation of each latent over the last positions (default 1) of each prompt. */
  activations(
    prompts: readonly (PromptRequest & { readonly positions?: number })[],
  ): Promise<readonly number[][]>;
  /** What each latent writes towards each word: logits above the mean of the vocabulary, for a norm of 1. */
  effects(words: readonly string[]): Promise<readonly number[][]>;
  /** What edits take of a latent. Needs 'edit'. */
  latent(index: number): LatentParts;
  /** Probabilities of words at the end of each prompt, the suspect's, with these latents taken out of every position. */
  ablated(
    requests: readonly WordsRequest[],
    latents: readonly number[],
  ): Promise<readonly number[][]>;
}

/** White-box readings of a suspect. */
export interface Insight {
  /** Probabilities of words, a list for each request. Needs 'logits', and 'read' at a hook point. */
  words(requests: readonly WordsRequest[]): Promise<readonly number[][]>;
  /** Log-likelihood of answers, summed over their tokens, nats. Needs 'logits'. */
  likelihoods(requests: readonly LikelihoodRequest[]): Promise<readonly number[]>;
  /** What directions of the residual stream write towards words, as {@link DictionaryReader.effects}. Needs 'lens'. */
  effects(
    directions: readonly Float32Array[],
    words: readonly string[],
    of?: Whose,
  ): Promise<readonly number[][]>;
  /** Cosines of directions of the residual stream with the embeddings of words. Needs 'embeddings'. */
  cosines(
    directions: readonly Float32Array[],
    words: readonly string[],
  ): Promise<readonly number[][]>;
  /** Cosines of texts with texts: of the sums of their tokens' embeddings, rare tokens of them counting more. Needs 'embeddings'. */
  likeness(texts: readonly string[], others: readonly string[]): Promise<readonly number[][]>;
  /** What training changed in the base's matrices, along words. Needs 'weights' and 'base'. */
  changes(words: readonly string[]): Promise<readonly WeightChange[]>;
  /** Texts that the suspect, or the base, was trained on. Needs 'trainingData'. */
  texts(request: TextsRequest): Promise<readonly string[]>;
  /** Trains a dictionary; the same request gives the same one. Needs 'dictionary'. */
  dictionary(request: DictionaryRequest): Promise<DictionaryReader>;
}
