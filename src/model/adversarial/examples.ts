/** @file Prompts with wanted and unwanted completions, as padded rows with weights for losses. */
import { badUsage, type HostTensor, type Runtime } from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import { checkTokenIds, tokenTensor } from '../forward.ts';

/** A prompt and how it should go on; where an attack is targeted, also how it should not. Token ids. */
export interface LatentExample {
  readonly prompt: readonly number[];
  readonly wanted: readonly number[];
  readonly unwanted?: readonly number[];
}

/** Weights of positions, row by row. */
export type Weighting = Float32Array;

/** Examples as rows of one length: prompt and completion, padded at the end. */
export class ExampleRows {
  readonly examples: readonly LatentExample[];
  readonly rows: readonly (readonly number[])[];
  /** For each row, the number of its example. */
  readonly of: readonly number[];
  readonly length: number;
  readonly #completion: readonly ('wanted' | 'unwanted')[];

  /** @throws TouchstoneError where a prompt or a completion is empty, too long, or not of the model's tokens */
  constructor(examples: readonly LatentExample[], config: ModelConfig) {
    if (examples.length === 0) badUsage('no examples', 'give one or more');
    const rows: (readonly number[])[] = [];
    const of: number[] = [];
    const completion: ('wanted' | 'unwanted')[] = [];
    examples.forEach((example, index) => {
      for (const which of ['wanted', 'unwanted'] as const) {
        if (example[which] === undefined) continue;
        rows.push(checked([...example.prompt, ...example[which]], example, which, config));
        of.push(index);
        completion.push(which);
      }
    });
    this.examples = examples;
    this.length = Math.max(...rows.map((row) => row.length));
    this.rows = rows.map((row) => [...row, ...Array(this.length - row.length).fill(0)]);
    this.of = of;
    this.#completion = completion;
  }

  /** Whether every example says what is not wanted. */
  get targeted(): boolean {
    return this.examples.every(({ unwanted }) => unwanted !== undefined);
  }

  /**
   * Weights whose sum over a row's completion of one kind is `factor` / (number of examples): with them, a sum
   * of losses is `factor` times the mean over examples of the mean over tokens.
   */
  weights(which: 'wanted' | 'unwanted', factor: number): Weighting {
    const weights = new Float32Array(this.rows.length * this.length);
    this.of.forEach((index, row) => {
      if (this.#completion[row] !== which) return;
      const { prompt, [which]: tokens } = this.examples[index]!;
      const start = row * this.length + prompt.length - 1;
      const share = factor / (tokens!.length * this.examples.length);
      weights.fill(share, start, start + tokens!.length);
    });
    return weights;
  }

  /** Tokens, targets and the numbers of examples, as feeds. */
  feeds(runtime: Runtime): Record<string, HostTensor> {
    const targets = this.rows.map((row) => [...row.slice(1), 0]);
    const examples = BigInt64Array.from(this.of, BigInt);
    return {
      'latent.targets': tokenTensor(runtime, targets),
      'latent.example': runtime.tensor('int64', examples, [examples.length]),
    };
  }
}

function checked(
  row: readonly number[],
  example: LatentExample,
  which: 'wanted' | 'unwanted',
  config: ModelConfig,
): readonly number[] {
  if (example.prompt.length === 0) badUsage('an empty prompt', 'give one token or more');
  if (example[which]!.length === 0)
    badUsage(`an empty ${which} completion`, 'give one token or more');
  if (row.length > config.max_position_embeddings) {
    badUsage(
      `${row.length} tokens of prompt and completion`,
      `the model has ${config.max_position_embeddings} positions`,
    );
  }
  checkTokenIds(row, config);
  return row;
}
