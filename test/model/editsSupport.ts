/** @file Dictionaries, random edits, and sampling that remembers its probabilities, for the tests of edits. */
import fc from 'fast-check';
import {
  type DictionaryWeights,
  type Edit,
  type HookName,
  LanguageModel,
  type RunOptions,
  type SampleOptions,
} from '../../src/model/index.ts';
import type { Runnable } from '../../src/model/programs.ts';
import { type HostTensor, randomStream, type Tensor } from '../../src/tensor/index.ts';
import { runtime, samplesOf } from './support.ts';

/** Normal numbers. */
export function normals(length: number, seed = 0, spread = 1): number[] {
  const stream = randomStream(seed, 'test.normals');
  return Array.from({ length }, (_, i) => spread * stream.normal(i));
}

/** A dictionary of random weights over vectors of width d. */
export function randomDictionary(
  activation: 'relu' | 'jumprelu' | 'topk',
  d: number,
  latents = 12,
  fields: Partial<DictionaryWeights> = {},
): DictionaryWeights {
  const array = (length: number, seed: number, spread: number) =>
    Float32Array.from(normals(length, seed, spread));
  return {
    W_enc: array(d * latents, 11, 1 / Math.sqrt(d)),
    b_enc: array(latents, 12, 0.3),
    W_dec: array(d * latents, 13, 1 / Math.sqrt(d)),
    b_dec: array(d, 14, 0.2),
    activation:
      activation === 'relu'
        ? 'relu'
        : activation === 'topk'
          ? { topk: 4 }
          : { jumprelu: array(latents, 15, 0.4) },
    ...fields,
  };
}

/** A random dictionary of each kind. */
export function dictionaryKinds(d: number): Record<string, DictionaryWeights> {
  return {
    relu: randomDictionary('relu', d),
    centred: randomDictionary('relu', d, 12, { applyDecoderBiasToInput: true }),
    jumprelu: randomDictionary('jumprelu', d),
    topk: randomDictionary('topk', d, 12, { applyDecoderBiasToInput: true }),
  };
}

/** What a model gives of fixed tokens: activations at a hook point, and logits. */
export function readingOf(model: LanguageModel, tokens: readonly (readonly number[])[]) {
  return {
    read: async (at: string, options: RunOptions = {}) =>
      (await model.run(tokens, { ...options, read: [at], logits: false })).activations[at]!.data,
    logits: async (options: RunOptions = {}) => (await model.run(tokens, options)).logits!.data,
  };
}

/** An activation with a function applied to each of its parts of `size` numbers. */
export function each(
  data: Float32Array,
  size: number,
  change: (part: number[]) => number[],
): number[] {
  return Array.from({ length: data.length / size }, (_, i) =>
    change(Array.from(data.subarray(i * size, (i + 1) * size))),
  ).flat();
}

export const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** What a dictionary makes of one vector, in float64 and by its definition. */
export function autoencode(
  { W_enc, b_enc, W_dec, b_dec, activation, applyDecoderBiasToInput }: DictionaryWeights,
  x: ArrayLike<number>,
  change: (latents: number[]) => number[] = (latents) => latents,
): { latents: number[]; out: number[] } {
  const [d, m] = [b_dec.length, b_enc.length];
  const pre = Array.from(b_enc, (bias, j) => {
    let sum = bias;
    for (let i = 0; i < d; i++) {
      sum += (x[i]! - (applyDecoderBiasToInput ? b_dec[i]! : 0)) * W_enc[i * m + j]!;
    }
    return sum;
  });
  const ranked = [...pre].sort((a, b) => b - a);
  const latents = pre.map((value, j) => {
    const positive = Math.max(0, value);
    if (activation === 'relu') return positive;
    if (typeof activation === 'object' && 'topk' in activation) {
      return value >= ranked[activation.topk - 1]! ? positive : 0;
    }
    if (typeof activation === 'object' && 'jumprelu' in activation) {
      return value > activation.jumprelu[j]! ? positive : 0;
    }
    throw new Error('random dictionaries have no other activation functions');
  });
  const changed = change([...latents]);
  const out = Array.from(b_dec, (bias, i) =>
    changed.reduce((sum, value, j) => sum + value * W_dec[j * d + i]!, bias),
  );
  return { latents, out };
}

/** A model that remembers the distributions that its sampling programs give. */
export class Remembering extends LanguageModel {
  readonly steps: Float32Array[] = [];

  static of({ config, weights }: LanguageModel) {
    return new Remembering(config, weights, runtime);
  }

  override program<Name extends string = string>(
    key: string,
    options: { baked: boolean },
    build: () => Readonly<Record<Name, Tensor>>,
  ): Runnable<Name> {
    const inner = super.program(key, options, build);
    return {
      run: async (feeds) => {
        const out = await inner.run(feeds);
        const { probabilities } = out as Record<string, HostTensor>;
        if (probabilities) this.steps.push((probabilities.data as Float32Array).slice());
        return out;
      },
    };
  }
}

/** Samples of prompts of one padded length, and the distributions of every step, [rows, vocabulary] each. */
export async function sampleSteps(
  of: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions,
): Promise<{ rows: number[][]; steps: Float32Array[] }> {
  const model = Remembering.of(of);
  const samples = await samplesOf(model, prompts, { stop: [], ...options });
  await model.release();
  const rows = samples.map(({ tokens }, i) => [...prompts[i]!, ...tokens]);
  return { rows, steps: model.steps };
}

const finite = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });

/** Any positions of a sequence whose prompt has `prompt` tokens. */
export const positionsOf = (prompt: number): fc.Arbitrary<NonNullable<Edit['positions']>> =>
  fc.oneof(
    fc.constantFrom('all' as const, 'prompt' as const, 'generated' as const),
    fc.array(fc.integer({ min: -prompt, max: prompt + 5 }), { minLength: 1, maxLength: 3 }),
    fc.record({ token: fc.array(fc.nat(39), { minLength: 1, maxLength: 15 }) }),
  );

export interface Place {
  readonly at: HookName;
  /** Numbers of one position. */
  readonly size: number;
  readonly heads?: number;
}

/** Any kind of edit but noise at one place, unconditional and everywhere. */
export function kindAt({ at, size }: Place, dictionary: string): fc.Arbitrary<Edit> {
  const vector = fc.nat(1000).map((seed) => normals(size, seed));
  const latents = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.record({ vector, scale: finite(2) }).map((own): Edit => ({ at, do: 'add', ...own })),
    vector.map((value): Edit => ({ at, do: 'set', value })),
    finite(2).map((factor): Edit => ({ at, do: 'scale', factor })),
    vector.map((own): Edit => ({ at, do: 'mean', vector: own })),
    fc
      .record({
        directions: fc.uniqueArray(vector, {
          minLength: 1,
          maxLength: 3,
          comparator: 'IsStrictlyEqual',
          selector: (v) => v[0],
        }),
        max: fc.option(finite(1), { nil: undefined }),
      })
      .map(
        ({ directions, max }): Edit => ({
          at,
          do: 'project',
          directions,
          ...(max !== undefined && { max }),
        }),
      ),
    fc
      .record({ latents, value: finite(3), change: fc.constantFrom('clamp', 'shift', 'scale') })
      .map(({ latents: chosen, ...own }): Edit => {
        return {
          at,
          do: 'latent',
          latents: chosen.map((latent) => ({ dictionary, latent })),
          ...own,
        };
      }),
    fc
      .constantFrom('kept', 'dropped')
      .map((error): Edit => ({ at, do: 'splice', dictionary, error })),
  );
}
