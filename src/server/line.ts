/** @file What the server and the process of a model say to each other, and the line that carries it. */
import type { Edit, WeightNoise } from '../model/index.ts';
import type { PackedProblem } from './problem.ts';

/** A chat message as models are given it. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What is continued: a text, token ids, or a chat whose last message, if it is the assistant's, is gone on with. */
export type Prompt =
  | { readonly text: string }
  | { readonly tokens: readonly number[] }
  | { readonly messages: readonly Message[] };

/** How completions are drawn. */
export interface Drawing {
  /** Completions of each prompt. */
  readonly n: number;
  readonly seed: number;
  readonly temperature: number;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  /** Default: as many as the model has positions for. */
  readonly maxTokens?: number | undefined;
  readonly stopTexts: readonly string[];
  readonly bias: readonly (readonly [token: number, amount: number])[];
  readonly edits: readonly Edit[];
  readonly weightNoise?: WeightNoise | undefined;
  /** With each token its log probability, beside those of this many of the likeliest. */
  readonly logProbabilities?: number | undefined;
}

export interface CompleteOrder extends Drawing {
  readonly kind: 'complete';
  readonly prompts: readonly Prompt[];
  /** Whether the prompts are told, too, with their tokens' log probabilities where those are asked for. */
  readonly echo: boolean;
}

export interface ReadOrder {
  readonly kind: 'read';
  readonly rows: readonly Prompt[];
  readonly hooks: readonly string[];
  readonly logits: boolean;
  readonly edits: readonly Edit[];
  readonly weightNoise?: WeightNoise | undefined;
  readonly promptLength?: number | undefined;
  /** Most numbers that are told. */
  readonly mostNumbers: number;
}

/** What the model would predict if it ended after each layer. */
export interface LensOrder {
  readonly kind: 'lens';
  readonly row: Prompt;
  readonly edits: readonly Edit[];
  readonly promptLength?: number | undefined;
  /** How many tokens of each place are told. */
  readonly top: number;
}

/** What edits change in the predictions along a text. */
export interface CompareOrder {
  readonly kind: 'compare';
  readonly row: Prompt;
  readonly edits: readonly Edit[];
  readonly promptLength?: number | undefined;
}

/** Which latents of a dictionary are active along a text. */
export interface LatentsOrder {
  readonly kind: 'latents';
  readonly row: Prompt;
  readonly dictionary: string;
  /** Default: the hook point that the dictionary is of. */
  readonly hook?: string | undefined;
  readonly edits: readonly Edit[];
  readonly promptLength?: number | undefined;
  /** How many latents of each place are told. */
  readonly top: number;
}

export type Order = CompleteOrder | ReadOrder | LensOrder | CompareOrder | LatentsOrder;

/** To the model's process. */
export type Command =
  | { readonly kind: 'do'; readonly job: number; readonly order: Order }
  | { readonly kind: 'cancel'; readonly job: number };

/** A token as it reads. */
export interface TokenReport {
  readonly text: string;
  readonly bytes: readonly number[];
  /** Natural logarithm; null where there is none: of the first token of a text. */
  readonly logProbability: number | null;
  /** Where its text begins in the choice's own. */
  readonly start: number;
  readonly top: readonly Omit<TokenReport, 'start' | 'top'>[];
}

export interface Echo {
  readonly text: string;
  /** Without log probabilities: none. */
  readonly tokens: readonly TokenReport[];
}

/** What a step brought to one completion. */
export interface StepReport {
  /** Its number among the completions of all prompts. */
  readonly choice: number;
  readonly text: string;
  readonly tokens: readonly TokenReport[];
  /** Token ids whose text is settled by the step. */
  readonly ids: readonly number[];
  /** Tokens drawn so far. */
  readonly drawn: number;
  readonly finish?: 'stop' | 'length' | undefined;
}

export interface ReadValue {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What a job brings. */
export type Result =
  /** Everything about the request is right. */
  | {
      readonly kind: 'started';
      /** Token ids of each prompt. */
      readonly prompts: readonly (readonly number[])[];
      readonly echoes: readonly Echo[];
    }
  | { readonly kind: 'steps'; readonly steps: readonly StepReport[] }
  | {
      readonly kind: 'values';
      readonly tokens: readonly (readonly number[])[];
      readonly texts: readonly (readonly string[])[];
      readonly values: Readonly<Record<string, ReadValue>>;
    }
  | ({ readonly kind: 'lens' } & LensReport)
  | ({ readonly kind: 'compared' } & CompareReport)
  | ({ readonly kind: 'latents' } & LatentsReport);

export interface LensReport {
  readonly hooks: readonly string[];
  readonly tokens: readonly number[];
  readonly texts: readonly string[];
  /** By hook point and position: the likeliest tokens, likeliest first. */
  readonly top: readonly (readonly (readonly LensToken[])[])[];
  /** By hook point and position: divergence of the lens's distribution from the model's own, in nats. */
  readonly divergence: readonly (readonly number[])[];
}

export interface LensToken {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
}

/** Of each token but the first, in nats. */
export interface CompareReport {
  readonly tokens: readonly number[];
  readonly texts: readonly string[];
  readonly divergence: readonly number[];
  readonly plain: readonly number[];
  readonly edited: readonly number[];
}

export interface ActiveLatent {
  readonly latent: number;
  readonly activation: number;
}

export interface LatentsReport {
  readonly hook: string;
  readonly tokens: readonly number[];
  readonly texts: readonly string[];
  /** Latents that are active at each position. */
  readonly active: readonly number[];
  /** By position: the strongest latents, strongest first. */
  readonly top: readonly (readonly ActiveLatent[])[];
  /** Latents by their strongest activation anywhere. */
  readonly strongest: readonly (ActiveLatent & { readonly position: number })[];
}

/** What is known of a model that is open. */
export interface ModelInfo {
  /** Longest text in tokens. */
  readonly positions: number;
  readonly vocabulary: number;
  readonly layers: number;
  readonly width: number;
  readonly hooks: readonly {
    readonly name: string;
    readonly shape: readonly (number | string)[];
  }[];
  readonly dictionaries: readonly {
    readonly name: string;
    readonly latents: number;
    /** Hook point that it is of; null where it does not say. */
    readonly hook: string | null;
  }[];
}

/** From the model's process. */
export type Report =
  | { readonly kind: 'ready'; readonly info: ModelInfo }
  | { readonly kind: 'unable'; readonly problem: PackedProblem }
  | { readonly kind: 'result'; readonly job: number; readonly result: Result }
  | { readonly kind: 'done'; readonly job: number }
  | { readonly kind: 'failed'; readonly job: number; readonly problem: PackedProblem };

/** A model's end of a line. */
export interface HostLine {
  post(report: Report): void;
  onCommand(listener: (command: Command) => void): void;
}

/** The server's end. */
export interface ServerLine {
  post(command: Command): void;
  onReport(listener: (report: Report) => void): void;
  /** Told once, when nothing can come any more. */
  onEnd(listener: (reason: string) => void): void;
  /** Ends the process: resolves when it is gone. */
  close(): Promise<void>;
}
