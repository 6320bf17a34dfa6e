/** @file Each kind of edit against its definition in plain arithmetic, and what changing its numbers costs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DictionaryWeights,
  type Edit,
  type HookName,
  hookNames,
  hookSizes,
  LanguageModel,
  nodeRuntime,
  type RunOptions,
} from '../../src/model/index.ts';
import { autoencode, normals, randomDictionary } from './editsSupport.ts';
import { bits, largestDifference, randomTokens, refusal, tinyModel } from './support.ts';

const model = tinyModel();
const { config } = model;
const d = config.hidden_size;
const tokens = randomTokens(2, 5);
const RESID = 'blocks.0.hook_resid_post';
const Z = 'blocks.1.attn.hook_z';
const hooks = hookNames(config);
const places = hooks.filter((name) => !/scores|pattern/.test(name));
const attention = hooks.filter((name) => /scores|pattern/.test(name));

async function read(at: string, options: RunOptions = {}): Promise<Float32Array> {
  return (await model.run(tokens, { ...options, read: [at], logits: false })).activations[at]!.data;
}

async function logits(options: RunOptions = {}): Promise<Float32Array> {
  return (await model.run(tokens, options)).logits!.data;
}

/** An activation with a function applied to each of its parts of `size` numbers. */
function each(data: Float32Array, size: number, change: (part: number[]) => number[]): number[] {
  return Array.from({ length: data.length / size }, (_, i) =>
    change(Array.from(data.subarray(i * size, (i + 1) * size))),
  ).flat();
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('an edit restricted to heads', () => {
  test.each(hooks.filter((at) => (hookSizes(at, config)?.length ?? 2) === 2))(
    'of %s leaves the others as they were',
    async (at) => {
      const sizes = hookSizes(at, config);
      const count = sizes?.[0] ?? config.num_attention_heads;
      const before = await read(at);
      const after = await read(at, { edits: [{ at, do: 'scale', factor: 3, heads: [1] }] });
      const headOf = (i: number) =>
        sizes ? Math.floor(i / sizes[1]!) % count : Math.floor(i / 25) % count;
      const expected = before.map((value, i) => (headOf(i) === 1 ? value * 3 : value));
      expect(bits(after)).toEqual(bits(expected));
    },
  );

  test('all of them at z, scaled by 0, leaves what attention is without', async () => {
    const edits: Edit[] = [0, 1].map((layer) => ({
      at: `blocks.${layer}.attn.hook_z`,
      do: 'scale',
      factor: 0,
      heads: [0, 1, 2, 3],
    }));
    const removed: Edit[] = [0, 1].map((layer) => ({
      at: `blocks.${layer}.hook_attn_out`,
      do: 'scale',
      factor: 0,
    }));
    expect(largestDifference(await logits({ edits }), await logits({ edits: removed }))).toBe(0);
    for (const layer of [0, 1]) {
      const before = await read(`blocks.${layer}.hook_resid_pre`, { edits });
      expect(bits(await read(`blocks.${layer}.hook_resid_mid`, { edits }))).toEqual(bits(before));
    }
  });

  test.each<[Pick<Edit, 'at' | 'heads'>, string]>([
    [{ at: RESID, heads: [0] }, `heads of an edit at '${RESID}'`],
    [{ at: Z, heads: [4] }, `head 4 of an edit at '${Z}'`],
  ])('%j that are not there are refused', async (fields, message) => {
    const edits: Edit[] = [{ do: 'scale', factor: 1, ...fields }];
    const error = await refusal(() => model.run(tokens, { edits }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
  });
});

describe("a vector of one head's size", () => {
  test('is added to every head, or to those that are named', async () => {
    const vector = normals(6);
    const before = await read(Z);
    const all = before.map((value, i) => value + vector[i % 6]!);
    const one = before.map((value, i) => (Math.floor(i / 6) % 4 === 2 ? all[i]! : value));
    const edit: Edit = { at: Z, do: 'add', vector };
    expect(largestDifference(await read(Z, { edits: [edit] }), all)).toBeLessThan(1e-6);
    expect(
      largestDifference(await read(Z, { edits: [{ ...edit, heads: [2] }] }), one),
    ).toBeLessThan(1e-6);
  });
});

describe('scores and patterns', () => {
  test.each(attention)("setting %s to the run's own values changes no bit", async (at) => {
    const { logits: plain, activations } = await model.run(tokens, {
      read: [at, at.replace('pattern', 'attn_scores')],
    });
    const value = Array.from(activations[at]!.data);
    expect(bits(await logits({ edits: [{ at, do: 'set', value }] }))).toEqual(bits(plain!.data));
  });

  test('one number added to all scores of a head changes no pattern by more than 1e-6', async () => {
    const at = 'blocks.0.attn.hook_attn_scores';
    const pattern = 'blocks.0.attn.hook_pattern';
    const edits: Edit[] = [{ at, do: 'add', vector: [1, -2, 0.5, 3] }];
    expect(largestDifference(await read(pattern, { edits }), await read(pattern))).toBeLessThan(
      1e-6,
    );
  });

  const changes: ((at: HookName) => Edit)[] = [
    (at) => ({ at, do: 'noise', scale: 1 }),
    (at) => ({ at, do: 'noise', scale: 1, relativeTo: 'absolute', draw: 'perSequence' }),
    (at) => ({ at, do: 'add', vector: [1] }),
    (at) => ({ at, do: 'mean', vector: [0.5] }),
    (at) => ({ at, do: 'set', value: [2, 3, 4, 5] }),
  ];
  test.each(attention.flatMap((at) => changes.map((make) => make(at))))(
    'never show a later position: %j',
    async (edit) => {
      const [before, after] = [await read(edit.at), await read(edit.at, { edits: [edit] })];
      after.forEach((value, i) => {
        const future = i % 5 > Math.floor(i / 5) % 5;
        if (future) expect(value).toBe(before[i]);
        else expect(value).not.toBe(before[i]);
      });
    },
  );

  test('noise on scores has the stated size beside those that a query sees', async () => {
    const at = 'blocks.0.attn.hook_attn_scores';
    const long = randomTokens(16, 48, 3);
    const values = async (edits: Edit[]) =>
      (await model.run(long, { read: [at], edits, logits: false })).activations[at]!.data;
    const [before, after] = [await values([]), await values([{ at, do: 'noise', scale: 0.5 }])];
    let [sum, n] = [0, 0];
    for (let row = 0; row < before.length / 48; row++) {
      const seen = (row % 48) + 1;
      const own = before.subarray(row * 48, row * 48 + seen);
      const rms = Math.sqrt(own.reduce((total, x) => total + x * x, 0) / seen);
      for (let i = 0; i < seen; i++) {
        sum += ((after[row * 48 + i]! - own[i]!) / (0.5 * rms)) ** 2;
        n++;
      }
    }
    // The sum of squares of n standard normals: mean n, deviation sqrt(2 n).
    expect(Math.abs(sum - n) / Math.sqrt(2 * n)).toBeLessThan(4);
  });
});

describe('a mean', () => {
  test.each(places)('takes the place of every position of %s', async (at) => {
    const size = hookSizes(at, config)!.reduce((a, b) => a * b, 1);
    const vector = normals(size, 3);
    const after = await read(at, { edits: [{ at, do: 'mean', vector }] });
    expect(bits(after)).toEqual(bits(after.map((_, i) => vector[i % size]!)));
  });
});

describe('a projection', () => {
  const a = normals(d, 1);
  const b = normals(d, 2);

  test('leaves nothing along any of its directions, and the rest as it was', async () => {
    const before = await read(RESID);
    const after = await read(RESID, { edits: [{ at: RESID, do: 'project', directions: [a, b] }] });
    const across = normals(d, 3);
    // What is at right angles to both, by solving for the two coefficients.
    const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
    const det = aa * bb - ab * ab;
    const clear = (x: number[]) => {
      const [xa, xb] = [dot(x, a), dot(x, b)];
      const [s, t] = [(xa * bb - xb * ab) / det, (xb * aa - xa * ab) / det];
      return x.map((value, i) => value - s * a[i]! - t * b[i]!);
    };
    expect(largestDifference(after, each(before, d, clear))).toBeLessThan(1e-5);
    for (const direction of [a, b]) {
      expect(Math.max(...each(after, d, (x) => [Math.abs(dot(x, direction))]))).toBeLessThan(1e-4);
    }
    expect(dot(clear(across), a)).toBeCloseTo(0, 6);
  });

  test('caps the coefficient along a direction of any length', async () => {
    const unit = a.map((value) => value / Math.sqrt(dot(a, a)));
    const before = await read(RESID);
    const coefficients = each(before, d, (x) => [dot(x, unit)]);
    const [min, max] = [-0.2, 0.3];
    expect(Math.min(...coefficients)).toBeLessThan(min);
    expect(Math.max(...coefficients)).toBeGreaterThan(max);
    const edit: Edit = { at: RESID, do: 'project', directions: [a.map((value) => value * 50)] };
    for (const bounds of [{ min }, { max }, { min, max }]) {
      const after = await read(RESID, { edits: [{ ...edit, ...bounds }] });
      const expected = each(before, d, (x) => {
        const c = dot(x, unit);
        const bounded = Math.min(bounds.max ?? Infinity, Math.max(bounds.min ?? -Infinity, c));
        return x.map((value, i) => value + (bounded - c) * unit[i]!);
      });
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
    }
  });

  test('acts on each head where its direction has the size of one', async () => {
    const direction = normals(6, 4);
    const after = await read(Z, { edits: [{ at: Z, do: 'project', directions: [direction] }] });
    expect(Math.max(...each(after, 6, (x) => [Math.abs(dot(x, direction))]))).toBeLessThan(1e-5);
  });

  test.each([
    [[a, a.map((value) => -2 * value)], 'direction 1'],
    [[new Array<number>(d).fill(0)], 'direction 0'],
  ])('of dependent directions is refused: case %#', async (directions, start) => {
    const edits: Edit[] = [{ at: RESID, do: 'project', directions }];
    const error = await refusal(() => model.run(tokens, { edits }));
    expect(error.message).toBe(`${start} at '${RESID}' is a combination of those before it`);
  });
});

const kinds: Record<string, DictionaryWeights> = {
  relu: randomDictionary('relu', d),
  centred: randomDictionary('relu', d, 12, { applyDecoderBiasToInput: true }),
  jumprelu: randomDictionary('jumprelu', d),
  topk: randomDictionary('topk', d, 12, { applyDecoderBiasToInput: true }),
};

describe.each(Object.keys(kinds))('a dictionary of kind %s', (dictionary) => {
  const weights = kinds[dictionary]!;
  const dictionaries = { [dictionary]: weights };
  const reference = (latent: number) => ({ dictionary, latent });

  test.each(['clamp', 'shift', 'scale', 'ablate'] as const)(
    'under %s of latents: the full autoencoding with its error added back, within 1e-5',
    async (change) => {
      const before = await read(RESID);
      const value = 1.7;
      const edit: Edit = {
        at: RESID,
        do: 'latent',
        latents: [reference(3), reference(8), reference(5)],
        change,
        ...(change !== 'ablate' && { value }),
      };
      for (const onlyActive of [false, true]) {
        const expected = each(before, d, (x) => {
          const plain = autoencode(weights, x);
          const edited = autoencode(weights, x, (latents) => {
            for (const i of [3, 8, 5]) {
              if (onlyActive && latents[i] === 0) continue;
              const to = { clamp: value, shift: latents[i]! + value, scale: latents[i]! * value };
              latents[i] = change === 'ablate' ? 0 : to[change];
            }
            return latents;
          });
          return x.map((own, i) => own - plain.out[i]! + edited.out[i]!);
        });
        const after = await read(RESID, { edits: [{ ...edit, onlyActive }], dictionaries });
        expect(largestDifference(after, expected)).toBeLessThan(1e-5);
        expect(largestDifference(after, before)).toBeGreaterThan(0.1);
      }
    },
  );

  test('counted for decoder rows of length 1, latents are worth f times the length of their row, within 1e-5', async () => {
    const before = await read(RESID);
    const lengths = weights.b_enc.map((_, i) =>
      Math.hypot(...weights.W_dec.subarray(i * d, (i + 1) * d)),
    );
    const unit = (latent: number) => ({ dictionary, latent, unit: true });
    for (const change of ['clamp', 'shift', 'scale'] as const) {
      const value = 1.7;
      const edit: Edit = { at: RESID, do: 'latent', latents: [3, 8].map(unit), change, value };
      const expected = each(before, d, (x) => {
        const plain = autoencode(weights, x);
        const edited = autoencode(weights, x, (latents) => {
          for (const i of [3, 8]) {
            const [own, length] = [latents[i]!, lengths[i]!];
            const to = { clamp: value / length, shift: own + value / length, scale: own * value };
            latents[i] = to[change];
          }
          return latents;
        });
        return x.map((own, i) => own - plain.out[i]! + edited.out[i]!);
      });
      const after = await read(RESID, { edits: [edit], dictionaries });
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
      const plain = { ...edit, latents: [3, 8].map(reference) };
      const differs = largestDifference(await read(RESID, { edits: [plain], dictionaries }), after);
      if (change === 'scale') expect(differs).toBeLessThan(1e-5);
      else expect(differs).toBeGreaterThan(0.01);
    }
    const firing = (direction: object, above: number): Edit =>
      ({ at: RESID, do: 'scale', factor: 0, when: { direction, above } }) as Edit;
    const found = [firing(unit(3), 0.5), firing(reference(3), 0.5 / lengths[3]!)].map((edit) =>
      read(RESID, { edits: [edit], dictionaries }),
    );
    expect(await found[0]).toEqual(await found[1]);
  });

  test('a latent clamped to its own value changes nothing by more than 1e-6', async () => {
    const one = { read: [RESID], logits: false };
    const { data } = (await model.run([tokens[0]!.slice(0, 1)], one)).activations[RESID]!;
    const { latents } = autoencode(weights, data);
    for (const [latent, value] of latents.entries()) {
      const edits: Edit[] = [
        { at: RESID, do: 'latent', latents: [reference(latent)], change: 'clamp', value },
      ];
      const after = await model.run([tokens[0]!.slice(0, 1)], { ...one, edits, dictionaries });
      expect(largestDifference(after.activations[RESID]!.data, data)).toBeLessThan(1e-6);
    }
  });

  test('spliced in with its error changes nothing by more than 1e-5, without it leaves the reconstruction', async () => {
    const before = await read(RESID);
    const splice = (error: 'kept' | 'dropped'): Edit => ({
      at: RESID,
      do: 'splice',
      dictionary,
      error,
    });
    const kept = await read(RESID, { edits: [splice('kept')], dictionaries });
    expect(largestDifference(kept, before)).toBeLessThan(1e-5);
    const dropped = await read(RESID, { edits: [splice('dropped')], dictionaries });
    const expected = each(before, d, (x) => autoencode(weights, x).out);
    expect(largestDifference(dropped, expected)).toBeLessThan(1e-5);
  });

  test('a silent latent scaled or ablated changes no bit of the logits', async () => {
    const before = await read(RESID);
    const quiet = { ...weights, b_enc: weights.b_enc.map((bias, i) => (i === 2 ? -1e3 : bias)) };
    expect(each(before, d, (x) => [autoencode(quiet, x).latents[2]!]).every((f) => f === 0)).toBe(
      true,
    );
    const plain = await logits({ read: [RESID] });
    for (const fields of [{ change: 'ablate' }, { change: 'scale', value: 5 }] as const) {
      const edits: Edit[] = [{ at: RESID, do: 'latent', latents: [reference(2)], ...fields }];
      expect(bits(await logits({ edits, dictionaries: { [dictionary]: quiet } }))).toEqual(
        bits(plain),
      );
    }
  });

  test('the raw detector is a plain product with the encoder, without bias or activation function', async () => {
    const before = await read(RESID);
    const column = Array.from({ length: d }, (_, i) => weights.W_enc[i * 12 + 4]!);
    const row = weights.W_dec.subarray(4 * d, 5 * d);
    const expected = each(before, d, (x) => x.map((own, i) => own - dot(x, column) * row[i]!));
    const edit: Edit = {
      at: RESID,
      do: 'latent',
      latents: [reference(4)],
      change: 'ablate',
      detector: 'rawDot',
    };
    expect(
      largestDifference(await read(RESID, { edits: [edit], dictionaries }), expected),
    ).toBeLessThan(1e-5);
  });

  test("a latent's decoder row is added as it is, or at length 1", async () => {
    const before = await read(RESID);
    const row = Array.from(weights.W_dec.subarray(6 * d, 7 * d));
    const length = Math.sqrt(dot(row, row));
    for (const unit of [false, true]) {
      const edits: Edit[] = [
        { at: RESID, do: 'add', vector: { ...reference(6), unit }, scale: -3 },
      ];
      const expected = each(before, d, (x) =>
        x.map((own, i) => own - (3 * row[i]!) / (unit ? length : 1)),
      );
      expect(largestDifference(await read(RESID, { edits, dictionaries }), expected)).toBeLessThan(
        1e-5,
      );
    }
  });
});

describe('latents', () => {
  const dictionaries = { sae: kinds.jumprelu! };

  test('by their own vectors are those of the dictionary that has them', async () => {
    const { W_enc, b_enc, W_dec, activation } = kinds.jumprelu!;
    const named: Edit = {
      at: RESID,
      do: 'latent',
      latents: [{ dictionary: 'sae', latent: 7 }],
      change: 'clamp',
      value: 2,
    };
    const inline = {
      encoder: Array.from({ length: d }, (_, i) => W_enc[i * 12 + 7]!),
      bias: b_enc[7]!,
      threshold: (activation as { jumprelu: Float32Array }).jumprelu[7]!,
      decoder: Array.from(W_dec.subarray(7 * d, 8 * d)),
    };
    const [a, b] = [
      await read(RESID, { edits: [named], dictionaries }),
      await read(RESID, { edits: [{ ...named, latents: [inline] }] }),
    ];
    expect(bits(b)).toEqual(bits(a));
  });

  test('of one edit are detected before any is changed; those of two edits one after the other', async () => {
    const latent = (i: number) => ({ dictionary: 'sae', latent: i });
    const clamp = (...list: number[]): Edit => ({
      at: RESID,
      do: 'latent',
      latents: list.map(latent),
      change: 'clamp',
      value: 4,
    });
    const under = (edits: Edit[]) => read(RESID, { edits, dictionaries });
    const together = await under([clamp(1, 9)]);
    expect(largestDifference(await under([clamp(9, 1)]), together)).toBeLessThan(1e-5);
    const inTurn = await under([clamp(1), clamp(9)]);
    expect(largestDifference(inTurn, together)).toBeGreaterThan(0.01);
    expect(largestDifference(inTurn, await under([clamp(9), clamp(1)]))).toBeGreaterThan(0.01);
  });

  test('of all heads together, and of each head', async () => {
    for (const width of [24, 6]) {
      const sae = randomDictionary('relu', width, 8);
      const edits: Edit[] = [{ at: Z, do: 'splice', dictionary: 'sae', error: 'dropped' }];
      const before = await read(Z);
      const after = await read(Z, { edits, dictionaries: { sae } });
      const expected = each(before, width, (x) => autoencode(sae, x).out);
      expect(largestDifference(after, expected)).toBeLessThan(1e-5);
    }
  });

  const wrong: [Edit, Record<string, DictionaryWeights>, string][] = [
    [
      { at: RESID, do: 'splice', dictionary: 'x', error: 'kept' },
      dictionaries,
      "an edit names dictionary 'x'",
    ],
    [
      { at: RESID, do: 'add', vector: { dictionary: 'sae', latent: 12 } },
      dictionaries,
      "latent 12 of dictionary 'sae'",
    ],
    [
      { at: Z, do: 'splice', dictionary: 'sae', error: 'kept' },
      dictionaries,
      `a dictionary of ${d} numbers at '${Z}'`,
    ],
    [
      { at: RESID, do: 'splice', dictionary: 'sae', error: 'kept' },
      { sae: { ...kinds.relu!, W_dec: new Float32Array(5) } },
      "dictionary 'sae': 5 numbers in W_dec",
    ],
    [
      { at: RESID, do: 'splice', dictionary: 'sae', error: 'kept' },
      { sae: { ...kinds.relu!, activation: { topk: 13 } } },
      "dictionary 'sae': topk 13",
    ],
    [
      {
        at: RESID,
        do: 'latent',
        latents: [{ encoder: normals(d), decoder: [1] }],
        change: 'ablate',
      },
      {},
      `a latent at '${RESID}' has an encoder of ${d} numbers and a decoder of 1`,
    ],
  ];
  test.each(wrong)('that cannot be had are refused: case %#', async (edit, given, message) => {
    const error = await refusal(() => model.run(tokens, { edits: [edit], dictionaries: given }));
    expect([error.kind, error.message]).toEqual(['usage', message]);
    expect(error.hint).toBeDefined();
  });
});

describe('programs', () => {
  /** A model on a runtime that counts what it compiles. */
  function counting() {
    const runtime = nodeRuntime({ threads: 1 });
    const open = runtime.session.bind(runtime);
    const count = { sessions: 0 };
    runtime.session = (...args) => {
      count.sessions++;
      return open(...args);
    };
    return { model: new LanguageModel(config, model.weights, runtime), count };
  }

  const number = fc.double({ min: -3, max: 3, noNaN: true });
  const vector = fc.nat(1000).map((seed) => normals(d, seed));
  const indices = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 });

  test('no other number of an edit is compiled for', async () => {
    const { model: own, count } = counting();
    const numbers = fc.record({
      a: number,
      v: vector,
      w: vector,
      positions: indices,
      latent: fc.nat(11),
      seed: fc.nat(9),
    });
    let before: number | undefined;
    await fc.assert(
      fc.asyncProperty(numbers, async ({ a, v, w, positions, latent, seed }) => {
        const reference = { dictionary: 'sae', latent };
        const edits: Edit[] = [
          { at: RESID, do: 'noise', scale: Math.abs(a), seed },
          { at: RESID, do: 'add', vector: v, scale: a, positions },
          { at: RESID, do: 'set', value: w, positions: { token: [latent] } },
          { at: Z, do: 'scale', factor: a, heads: [latent % 4] },
          { at: RESID, do: 'mean', vector: v, positions: seed % 2 ? 'prompt' : 'generated' },
          { at: RESID, do: 'project', directions: [v, w], max: a },
          {
            at: RESID,
            do: 'latent',
            latents: [reference],
            change: seed % 2 ? 'clamp' : 'shift',
            value: a,
          },
          {
            at: RESID,
            do: 'add',
            vector: reference,
            when: { direction: reference, above: a, scope: 'sequence', fromPrompt: seed % 2 === 0 },
          },
          { at: RESID, do: 'add', vector: v, when: { direction: w, above: a } },
        ];
        const dictionaries = { sae: kinds.topk! };
        await own.run(tokens, { edits, dictionaries });
        for await (const _ of own.sample(tokens, { maxTokens: 2, edits, dictionaries, stop: [] }));
        before ??= count.sessions;
        expect(count.sessions).toBe(before);
      }),
      { numRuns: 8, seed: 2 },
    );
    expect(before).toBe(3);
  });

  test('another kind, place or condition is', async () => {
    const { model: own, count } = counting();
    const base: Edit = { at: RESID, do: 'scale', factor: 1 };
    const edits: Edit[] = [
      base,
      { ...base, at: 'blocks.1.hook_resid_post' },
      { ...base, positions: [0] },
      { ...base, when: { direction: normals(d), above: 0 } },
      { ...base, when: { direction: normals(d), above: 0, scope: 'sequence' } },
      { at: RESID, do: 'add', vector: normals(d) },
    ];
    for (const edit of edits) await own.run(tokens, { edits: [edit] });
    expect(count.sessions).toBe(edits.length);
  });

  test('two dictionaries of one name are not confused', async () => {
    const [a, b] = [
      randomDictionary('relu', d),
      randomDictionary('relu', d, 12, { b_dec: new Float32Array(d) }),
    ];
    const edits: Edit[] = [{ at: RESID, do: 'splice', dictionary: 'sae', error: 'dropped' }];
    const first = await read(RESID, { edits, dictionaries: { sae: a } });
    const second = await read(RESID, { edits, dictionaries: { sae: b } });
    expect(largestDifference(first, second)).toBeGreaterThan(0.1);
    expect(bits(await read(RESID, { edits, dictionaries: { sae: a } }))).toEqual(bits(first));
  });
});

test.each(['blocks.1.hook_resid_post'])(
  "%s patched from another run gives that run's logits, at some positions those positions'",
  async (at) => {
    const other = randomTokens(2, 5, 9);
    const { logits: theirs, activations } = await model.run(other, { read: [at] });
    const value = Array.from(activations[at]!.data);
    const plain = await logits();
    const patched = await logits({
      edits: [{ at: at as HookName, do: 'set', value, positions: [1, -1] }],
    });
    const vocab = config.vocab_size;
    const expected = plain.map((own, i) =>
      [1, 4].includes(Math.floor(i / vocab) % 5) ? theirs!.data[i]! : own,
    );
    expect(bits(patched)).toEqual(bits(expected));
  },
);
