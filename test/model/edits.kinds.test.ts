/** @file Each kind of edit against its definition in plain arithmetic, and what changing its numbers costs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  type HookName,
  hookNames,
  hookSizes,
  LanguageModel,
  nodeRuntime,
} from '../../src/model/index.ts';
import {
  dictionaryKinds,
  dot,
  each,
  normals,
  randomDictionary,
  readingOf,
} from './editsSupport.ts';
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

const { read, logits } = readingOf(model, tokens);
const kinds = dictionaryKinds(d);

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
