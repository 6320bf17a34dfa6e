/** @file What a model's thread and a thread that samples for it say to each other. */
import type { ErrorKind } from '../../tensor/index.ts';
import { TouchstoneError } from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import type { Row } from '../decoding.ts';
import type { DictionaryWeights } from '../edits.ts';
import type { SampleOptions } from '../sampleOptions.ts';

/** What of the options shapes samples. */
export type Settings = Omit<SampleOptions, 'reporter' | 'dictionaries' | 'workers' | 'until'>;

/** To the thread. */
export type Order =
  /** Models and dictionaries are known by numbers; their arrays lie in memory that all threads share. */
  | {
      readonly kind: 'model';
      readonly number: number;
      readonly config: ModelConfig;
      readonly weights: ReadonlyMap<string, Float32Array>;
      /** Programs that the thread may keep for it. */
      readonly programs: number;
    }
  | { readonly kind: 'dictionary'; readonly number: number; readonly weights: DictionaryWeights }
  | { readonly kind: 'forget'; readonly what: 'model' | 'dictionary'; readonly number: number }
  /** `rows`: which of all the call's rows are this thread's. */
  | {
      readonly kind: 'sample';
      readonly job: number;
      readonly model: number;
      readonly prompts: readonly (readonly number[])[];
      readonly settings: Settings;
      /** Numbers by the names that edits give them. */
      readonly dictionaries: Readonly<Record<string, number>>;
      readonly rows: readonly number[];
    }
  | { readonly kind: 'cancel'; readonly job: number }
  /** No order follows. */
  | { readonly kind: 'end' };

/** A row that has ended. */
export interface Ended {
  readonly row: number;
  readonly tokens: readonly number[];
  readonly finish: NonNullable<Row['finish']>;
}

/** From the thread. */
export type Report =
  | { readonly kind: 'ended'; readonly job: number; readonly rows: readonly Ended[] }
  | { readonly kind: 'done'; readonly job: number }
  | { readonly kind: 'failed'; readonly job: number; readonly error: Failure };

/** An error on its way: copied as they are, errors lose their class. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a mistake that the user can mend. */
  readonly mendable: { readonly kind: ErrorKind; readonly hint: string | undefined } | undefined;
}

/** An error as a message. */
export function packError(error: unknown): Failure {
  if (!(error instanceof Error))
    return { message: String(error), stack: undefined, mendable: undefined };
  const { message, stack } = error;
  const mendable =
    error instanceof TouchstoneError ? { kind: error.kind, hint: error.hint } : undefined;
  return { message, stack, mendable };
}

/** The error again, with the stack that it had. */
export function unpackError({ message, stack, mendable }: Failure): Error {
  const hint = mendable?.hint;
  const error = mendable
    ? new TouchstoneError(mendable.kind, message, hint === undefined ? {} : { hint })
    : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
