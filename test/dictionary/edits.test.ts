/** @file Trained and fitted dictionaries of every kind in edits of a model, held against encoding and decoding outside of it. */
import { describe, expect, test } from 'vitest';
import {
  type Dictionary,
  type DictionaryConfig,
  dictionaryWeights,
  FITTED_KINDS,
  fit as fitAll,
  rowsInMemory,
  TRAINED_KINDS,
} from '../../src/dictionary/index.ts';
import type { Edit, RunOptions } from '../../src/model/index.ts';
import { sampleSteps } from '../model/editsSupport.ts';
import {
  bits,
  largestDifference,
  randomTokens,
  refusal,
  softmax,
  tinyModel,
} from '../model/support.ts';
import { madeUp, runtime } from './fixtures.ts';

const model = tinyModel();
const width = model.config.hidden_size;
const at = 'blocks.0.hook_resid_post' as const;
const tokens = randomTokens(3, 7, 11);

async function activationsAt(
  hook: 'blocks.0.hook_resid_post' | 'blocks.0.hook_mlp_out',
  rows: number[][],
) {
  const { activations } = await model.run(rows, { read: [hook], logits: false });
  return { data: activations[hook]!.data as Float32Array, width };
}

const CONFIGS: DictionaryConfig[] = [...TRAINED_KINDS, ...FITTED_KINDS]
  .filter(({ name }) => name !== 'transcoder')
  .map(({ name }) => {
    const sizes = {
      architecture: name,
      d_in: width,
      d_sae: name === 'pca' || name === 'ica' ? 12 : 20,
    };
    return {
      ...sizes,
      ...(/topk|^pca$|ica|nmf/.test(name) && { k: 4 }),
      l1_coefficient: 0.3,
      l0_coefficient: 0.05,
    };
  });

const rows = await activationsAt(at, randomTokens(30, 12, 3));
const plans = CONFIGS.map((config) => ({ name: config.architecture, config, learningRate: 3e-3 }));
const trained = await fitAll(plans, rows, { steps: 60, batch: 60, runtime });
const scaled = ['layer_norm', 'constant_norm_rescale'].flatMap((normalize_activations) =>
  ['standard', 'topk', 'gated'].map((architecture) =>
    madeUp(architecture, {
      d_in: width,
      d_sae: 20,
      normalize_activations,
      apply_b_dec_to_input: true,
    }),
  ),
);
const all = {
  ...Object.fromEntries(trained.map((one, i) => [CONFIGS[i]!.architecture, one])),
  ...Object.fromEntries(
    scaled.map((one) => [
      `${one.config.architecture} under ${one.config.normalize_activations}`,
      one,
    ]),
  ),
  'soft gated': madeUp('gated', { d_in: width, d_sae: 20, gate: 'soft', gate_temperature: 0.5 }),
  'linear pca': madeUp('pca', { d_in: width, d_sae: 12 }),
  abstopk: madeUp('abstopk', { d_in: width, d_sae: 20, k: 4 }),
};

async function read(options: RunOptions = {}, of = tokens): Promise<Float32Array> {
  const { activations } = await model.run(of, { ...options, read: [at], logits: false });
  return activations[at]!.data as Float32Array;
}

/** Each latent's values at all positions. */
async function latentsAt(dictionary: Dictionary, x: Float32Array): Promise<number[][]> {
  const codes = await dictionary.encode({ data: x, width });
  return Array.from({ length: dictionary.size }, (_, latent) =>
    Array.from({ length: x.length / width }, (_, row) => codes[row * dictionary.size + latent]!),
  );
}

/** x - decoded(f) + decoded(f'), with some latents multiplied. */
async function editedOutside(
  dictionary: Dictionary,
  x: Float32Array,
  change: (f: number, latent: number) => number,
): Promise<Float32Array> {
  const own = { data: x, width };
  const codes = await dictionary.encode(own);
  const changed = codes.map((f, i) => change(f, i % dictionary.size));
  const wide = (data: Float32Array) => ({ data, width: dictionary.size });
  const before = await dictionary.decode(wide(codes), own);
  const after = await dictionary.decode(wide(changed), own);
  return x.map((value, i) => value - before[i]! + after[i]!);
}

describe.each(Object.entries(all))('a dictionary of kind %s', (name, dictionary) => {
  const dictionaries = { d: dictionaryWeights(dictionary) };
  const reference = (latent: number) => ({ dictionary: 'd', latent });
  const latentEdit = (latents: number[], fields: Partial<Edit> = {}): Edit =>
    ({
      at,
      do: 'latent',
      latents: latents.map(reference),
      change: 'clamp',
      value: 0,
      ...fields,
    }) as Edit;

  /** Latents by how much they are active here, the most active first. */
  const ranked = async () => {
    const values = await latentsAt(dictionary, await read());
    const sizes = values.map((own) => own.reduce((sum, f) => sum + Math.abs(f), 0));
    const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]!);
    return { order, values };
  };

  test('edited in the model, is what encoding and decoding with the error kept make of it, within 1e-5', async () => {
    const { order } = await ranked();
    const x = await read();
    for (const chosen of [order.slice(0, 1), order.slice(0, 3)]) {
      const after = await read({ edits: [latentEdit(chosen, { value: 1.5 })], dictionaries });
      const change = (f: number, latent: number) => (chosen.includes(latent) ? 1.5 : f);
      const expected = await editedOutside(dictionary, x, change);
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
      expect(largestDifference(after, x)).toBeGreaterThan(1e-3);
    }
  });

  test('spliced in, leaves its reconstruction, or with the error kept the activation, within 1e-5', async () => {
    const x = await read();
    const splice = (error: 'kept' | 'dropped'): Edit => ({
      at,
      do: 'splice',
      dictionary: 'd',
      error,
    });
    const dropped = await read({ edits: [splice('dropped')], dictionaries });
    const expected = await dictionary.reconstruct({ data: x, width });
    expect(largestDifference(dropped, expected)).toBeLessThan(1e-5);
    const kept = await read({ edits: [splice('kept')], dictionaries });
    expect(largestDifference(kept, x)).toBeLessThan(1e-5);
  });

  test('changes several latents at once in no order', async () => {
    const { order } = await ranked();
    const three = order.slice(0, 3);
    const forwards = await read({ edits: [latentEdit(three, { value: 2 })], dictionaries });
    const turned = latentEdit([three[2]!, three[0]!, three[1]!], { value: 2 });
    const backwards = await read({ edits: [turned], dictionaries });
    // Sums of four numbers of the order of 10 round differently in another order.
    expect(largestDifference(forwards, backwards)).toBeLessThan(1e-5);
  });

  /** A latent and the start of a sequence in which it does not fire. */
  const quiet = async () => {
    const { values } = await ranked();
    const length = tokens[0]!.length;
    const runs = values.flatMap((own, latent) =>
      tokens.map((row, i) => {
        const part = own.slice(i * length, (i + 1) * length);
        const first = part.findIndex((f) => f !== 0);
        return { latent, start: row.slice(0, first < 0 ? length : first) };
      }),
    );
    return runs.reduce((best, run) => (run.start.length > best.start.length ? run : best));
  };

  test('changes no bit of the logits where its latent does not fire', async ({ skip }) => {
    const { latent, start } = await quiet();
    skip(start.length === 0, `latents of ${name} fire everywhere`);
    const logits = async (options: RunOptions) =>
      bits((await model.run([start], { ...options, read: [at] })).logits!.data as Float32Array);
    const plain = await logits({});
    const when = { direction: reference(latent), above: 0 };
    const edits: Edit[] = [
      latentEdit([latent]),
      latentEdit([latent], { change: 'scale', value: 9 }),
      latentEdit([latent], { value: 9, onlyActive: true }),
      { at, do: 'add', vector: reference(latent), scale: 9, when },
    ];
    for (const edit of edits) expect(await logits({ edits: [edit], dictionaries })).toEqual(plain);
  });

  test('clamped to 0 acts where its latent fires, as with a condition that says so', async ({
    skip,
  }) => {
    const { order, values } = await ranked();
    const latent = order.find(
      (one) => values[one]!.some((f) => f > 0) && values[one]!.every((f) => f >= 0),
    );
    skip(latent === undefined, `latents of ${name} are of either sign`);
    const when = { direction: reference(latent!), above: 0 };
    const [own, conditional, x] = [
      await read({ edits: [latentEdit([latent!])], dictionaries }),
      await read({ edits: [latentEdit([latent!], { when })], dictionaries }),
      await read(),
    ];
    expect(bits(own)).toEqual(bits(conditional));
    values[latent!]!.forEach((f, row) => {
      const part = (data: Float32Array) => data.slice(row * width, (row + 1) * width);
      if (f === 0) expect(bits(part(own))).toEqual(bits(part(x)));
      else expect(largestDifference(part(own), part(x))).toBeGreaterThan(0);
    });
  });

  test('remembers in a sequence under the cache what a pass over all of it sees, within 1e-5', async () => {
    const { order, values } = await ranked();
    const latent = order[0]!;
    const sorted = [...values[latent]!].sort((a, b) => a - b);
    const above = Math.max(0, sorted[Math.floor(0.8 * sorted.length)]! - 1e-3);
    const when = { direction: reference(latent), above, scope: 'sequence' as const };
    const edits: Edit[] = [
      { at, do: 'add', vector: reference(order[1]!), scale: 2, when },
      latentEdit([latent], { change: 'scale', value: 0.5 }),
    ];
    const prompts = tokens.map((row) => row.slice(0, 4));
    const sampled = await sampleSteps(model, prompts, { maxTokens: 6, edits, dictionaries });
    const { logits } = await model.run(sampled.rows, { edits, dictionaries, promptLength: 4 });
    const { vocab_size: vocab } = model.config;
    sampled.steps.forEach((own, step) => {
      sampled.rows.forEach((row, i) => {
        const from = (i * row.length + 3 + step) * vocab;
        const expected = softmax(logits!.data.subarray(from, from + vocab) as Float32Array);
        expect(largestDifference(own.subarray(i * vocab, (i + 1) * vocab), expected)).toBeLessThan(
          1e-5,
        );
      });
    });
  });
});

describe('a transcoder', () => {
  const out = 'blocks.0.hook_mlp_out';
  const config = { architecture: 'transcoder', d_in: width, d_sae: 20, l1_coefficient: 0.1 };
  const trainedOne = async () => {
    const target = await activationsAt(out, randomTokens(30, 12, 3));
    const source = rowsInMemory(rows, { target });
    const [dictionary] = await fitAll([{ name: 't', config }], source, {
      steps: 60,
      batch: 60,
      runtime,
    });
    return dictionary!;
  };

  test('is read at one hook point and writes at another', async () => {
    const dictionary = await trainedOne();
    const dictionaries = { t: dictionaryWeights(dictionary) };
    const values = await latentsAt(dictionary, await read());
    const latent = values.findIndex((own) => own.some((f) => f > 0) && own.some((f) => f === 0));
    const later = 'blocks.1.hook_mlp_out';
    const vector = { dictionary: 't', latent };
    const when = { read: at, direction: vector, above: 0 };
    const run = async (edits: Edit[]) => {
      const { activations } = await model.run(tokens, {
        edits,
        dictionaries,
        read: [later],
        logits: false,
      });
      return activations[later]!.data as Float32Array;
    };
    const [before, after] = [await run([]), await run([{ at: later, do: 'add', vector, when }])];
    const row = dictionaries.t.W_dec.subarray(latent * width, (latent + 1) * width);
    const expected = before.map(
      (value, i) => value + (values[latent]![Math.floor(i / width)]! > 0 ? row[i % width]! : 0),
    );
    expect(largestDifference(after, expected)).toBeLessThan(1e-6);
  });

  test('cannot be spliced in, nor its latents be changed', async () => {
    const dictionaries = { t: dictionaryWeights(madeUp('transcoder', { d_in: width, d_out: 4 })) };
    const latents = [{ dictionary: 't', latent: 1 }];
    for (const edit of [
      { at, do: 'splice', dictionary: 't', error: 'kept' },
      { at, do: 'latent', latents, change: 'ablate' },
    ] as Edit[]) {
      const { message } = await refusal(() => model.run(tokens, { edits: [edit], dictionaries }));
      expect(message).toBe("dictionary 't' is a transcoder");
    }
  });
});

test('the same dictionary gives the same weights, so that programs are shared', () => {
  expect(dictionaryWeights(all.abstopk)).toBe(dictionaryWeights(all.abstopk));
});

test('a gate as it is in training is refused with the remedy', async () => {
  const { hint } = await refusal(() => dictionaryWeights(madeUp('gated', { gate: 'rescale' })));
  expect(hint).toContain('save and open it');
});
