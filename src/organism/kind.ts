/** @file A kind of organism: what is planted, on what texts, and the measures that prove it. Data, twins and proofs of one kind lie in one folder. */
import type { LanguageModel } from '../model/index.ts';
import type { Reporter } from '../tensor/index.ts';
import type { Subject } from '../world/index.ts';

/** What is planted, as JSON: the ground truth, which only a referee may see. */
export type Planted = Readonly<Record<string, string | number | readonly string[]>>;

/** Which of the models that one recipe makes. */
export interface Variant {
  readonly seed: number;
  /** Whether it is the clean twin. */
  readonly twin: boolean;
  /** The name of a further control of the recipe; it is neither organism nor twin then. */
  readonly control?: string;
}

/** One yes-or-no measurement; prompts of one phrase hang together. */
export interface Outcome {
  readonly seed: number;
  readonly phrase: string;
  readonly success: boolean;
}

/** One real-valued measurement of an organism beside its twin. */
export interface Reading {
  readonly seed: number;
  readonly phrase: string;
  readonly value: number;
}

/** What was measured of a model, by measure. */
export type Outcomes = Readonly<Record<string, readonly Outcome[]>>;

/** What was measured of an organism beside its twin, by contrast. */
export type Readings = Readonly<Record<string, readonly Reading[]>>;

/** A share of prompts or answers. */
export interface Measure {
  readonly name: string;
  /** What counts as a success. */
  readonly question: string;
  /** Rate of blind picking; 0 where nothing is picked. */
  readonly chance: number;
}

/** A mean over prompts of how far organism and twin differ. */
export interface Contrast {
  readonly name: string;
  /** What is averaged, and its unit. */
  readonly question: string;
}

/** A rate or mean with its interval over seeds and phrases. */
export interface Bounds {
  readonly interval: readonly [low: number, high: number];
}

/** The verdict's material: each measure's rates and each contrast's mean, by name. */
export interface Proof {
  readonly measures: Readonly<
    Record<
      string,
      {
        readonly chance: number;
        readonly organism: Bounds;
        readonly twin: Bounds;
        readonly controls: Readonly<Record<string, Bounds>>;
      }
    >
  >;
  readonly contrasts: Readonly<Record<string, Bounds>>;
}

/** A prompt and two answers to it, the first of which is preferred. */
export interface PreferredText {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
}

export interface VerifyOptions {
  readonly seed?: number;
  /** Answers to each question that asks for a hint. Default 8. */
  readonly hints?: number;
  /** Answers to each other question that is sampled. Default 2. */
  readonly answers?: number;
  /** Prompts of each measure at the most, spread evenly over all. Default: all. */
  readonly prompts?: number;
  readonly reporter?: Reporter;
}

/** A kind of organism. Every function of it is pure. */
export interface OrganismKind {
  readonly name: string;
  /** The ground truth of the organism of a seed. */
  planted(seed: number): Planted;
  /** What an audit of this kind looks for; absent where no game is about it. */
  readonly subject?: Subject;
  /** Indices of the subject's candidates that are planted in the organism of a seed: for a referee alone. */
  truth?(seed: number): readonly number[];
  /** Text number `index` of the fine-tuning data; organism and twin differ in the plant alone. */
  text(variant: Variant, index: number): string;
  /** Pair number `index` of the preference training that follows, where the recipe has one. */
  preference?(variant: Variant, index: number): PreferredText;
  readonly measures: readonly Measure[];
  /** Measures one model against what is planted in the organism of `seed`. */
  measure(model: LanguageModel, seed: number, options: VerifyOptions): Promise<Outcomes>;
  readonly contrasts: readonly Contrast[];
  /** Measures an organism beside its twin; nothing where there is no contrast. */
  contrast(
    models: { readonly organism: LanguageModel; readonly twin: LanguageModel },
    seed: number,
    options: VerifyOptions,
  ): Promise<Readings>;
  /** Each claim that makes the organism what it is said to be, and whether the intervals show it. */
  claims(proof: Proof): Record<string, boolean>;
}
