/** @file What all formats of dictionaries share: what is read, and the account of what was changed on the way. */
import type { NamedTensor } from '../../model/index.ts';

/** Formats that are read. */
export type FormatName =
  | 'saelens'
  | 'saelens-before-6'
  | 'dictionary_learning'
  | 'gemma-scope'
  | 'sparsify';

/** What happens to a part of a file on its way. */
export type ChangeKind = 'folded' | 'transposed' | 'renamed' | 'dropped' | 'assumed' | 'widened';

/** One change between a file and the dictionary that it becomes. */
export interface FormatChange {
  readonly kind: ChangeKind;
  /** The tensor or field. */
  readonly what: string;
  /** Where it went, and why. */
  readonly how: string;
}

/** Where a dictionary comes from. */
export interface Provenance {
  readonly format: FormatName;
  readonly path: string;
  /** In the order in which they were made. */
  readonly changes: readonly FormatChange[];
  /** How often each latent is active, from 0 to 1, where the files say so. */
  readonly densities?: Float32Array;
}

/** What a file does not say and the reader must be told. */
export interface ReadingOptions {
  /**
   * Factor that activations were multiplied by in training, where a SAELens config says `expected_average_only_in`; 1
   * takes the weights as they are.
   */
  readonly normScalingFactor?: number;
  /** Hook point of the activations, where the file is silent or wrong. */
  readonly hook?: string;
  /** The model's name, likewise. */
  readonly model?: string;
}

/** A dictionary while it is read: each step rewrites it and adds to its account. */
export interface Draft {
  readonly format: FormatName;
  readonly path: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Map<string, NamedTensor>;
  readonly changes: FormatChange[];
  densities?: Float32Array;
}

/** One format. */
export interface Format {
  /** What a folder or a file of it holds, for messages. */
  readonly holds: string;
  /** Whether it is this format that lies at a path. */
  isAt(path: string): Promise<boolean>;
  /** @throws TouchstoneError naming the file and the field that is wrong */
  read(path: string, options: ReadingOptions): Promise<Draft>;
}

/** Adds to a draft's account. */
export function note(draft: Draft, kind: ChangeKind, what: string, how: string): void {
  draft.changes.push({ kind, what, how });
}
