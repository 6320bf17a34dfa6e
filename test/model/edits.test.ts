/** @file Edits: which bits they change, where, and what is read under them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  type HookName,
  hookNames,
  type LanguageModel,
  type RunOptions,
} from '../../src/model/index.ts';
import { bits, largestDifference, randomTokens, softmax, tinyModel } from './support.ts';

const model = tinyModel();
const tokens = randomTokens(2, 5);
const hooks = hookNames(model.config);
/** Hooks at one position, where every kind of edit is allowed. */
const places = hooks.filter((name) => !/scores|pattern/.test(name));
/** Where merely wanting the value takes another path of kernels. */
const opening = hooks.filter((name) => /scores|pattern|normalized/.test(name));

async function logitsOf(edits: Edit[], rows = tokens, of: LanguageModel = model) {
  return (await of.run(rows, { edits })).logits!.data;
}

async function activation(at: string, options: RunOptions = {}, rows = tokens, of = model) {
  return (await of.run(rows, { ...options, read: [at], logits: false })).activations[at]!;
}

/** A vector for one position of a hook. */
async function vectorAt(at: string, seed: number): Promise<number[]> {
  const { dims } = await activation(at);
  const size = dims.slice(2).reduce((a, b) => a * b, 1);
  const ids = randomTokens(1, size, seed, 1000)[0]!;
  return ids.map((id) => id / 500 - 1);
}

describe('an edit that changes nothing', () => {
  test('an empty list of edits changes no bit', async () => {
    const plain = (await model.run(tokens)).logits!.data;
    expect(bits(await logitsOf([]))).toEqual(bits(plain));
  });

  test.each(places)('scale 1 and noise 0 at %s change no bit', async (at) => {
    // The same hook wanted but not edited: reading a norm separates it from its weight.
    const plain = (await model.run(tokens, { read: [at] })).logits!.data;
    expect(bits(await logitsOf([{ at, do: 'scale', factor: 1 }]))).toEqual(bits(plain));
    for (const relativeTo of ['rms', 'absolute'] as const) {
      const noise: Edit = { at, do: 'noise', scale: 0, relativeTo };
      expect(bits(await logitsOf([noise]))).toEqual(bits(plain));
    }
  });

  test.each(opening)('reading %s changes logits by less than 1e-5', async (at) => {
    const plain = (await model.run(tokens)).logits!.data;
    const { logits } = await model.run(tokens, { read: [at] });
    expect(largestDifference(logits!.data, plain)).toBeLessThan(1e-5);
  });

  test('scale 1 on scores and pattern changes no bit', async () => {
    for (const at of opening) {
      const plain = (await model.run(tokens, { read: [at] })).logits!.data;
      expect(bits(await logitsOf([{ at, do: 'scale', factor: 1 }]))).toEqual(bits(plain));
    }
  });

  test.each(places)("setting %s to the run's own values changes no bit", async (at) => {
    const { logits, activations } = await model.run(tokens, { read: [at] });
    const value = Array.from(activations[at]!.data);
    expect(bits(await logitsOf([{ at, do: 'set', value }]))).toEqual(bits(logits!.data));
  });

  test('adding a vector and its negative returns within 1e-6, anywhere', async () => {
    const plain = await logitsOf([]);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places.filter((at) => !opening.includes(at))),
        fc.nat(1000),
        fc.double({ min: -2, max: 2, noNaN: true }),
        async (at, seed, scale) => {
          const vector = await vectorAt(at, seed);
          const back = vector.map((value) => -value);
          const edits: Edit[] = [
            { at, do: 'add', vector, scale },
            { at, do: 'add', vector: back, scale },
          ];
          // The sums round; the logits are of size 1 to 10.
          expect(largestDifference(await logitsOf(edits), plain)).toBeLessThan(5e-6);
          const [before, after] = [await activation(at), await activation(at, { edits })];
          expect(largestDifference(after.data, before.data)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe('an edit that changes something', () => {
  test.each<HookName>(['blocks.1.hook_resid_post', 'ln_final.hook_normalized'])(
    "%s patched from another run gives that run's logits",
    async (at) => {
      const other = randomTokens(2, 5, 9);
      const { logits, activations } = await model.run(other, { read: [at] });
      const value = Array.from(activations[at]!.data);
      const patched = await logitsOf([{ at, do: 'set', value }]);
      expect(bits(patched)).toEqual(bits(logits!.data));
      expect(largestDifference(patched, await logitsOf([]))).toBeGreaterThan(0.1);
    },
  );

  test('what is read at a hook is what its edits left there', async () => {
    for (const at of places) {
      const vector = await vectorAt(at, 3);
      const before = await activation(at);
      const expected = before.data.map((value, i) => (value + vector[i % vector.length]!) * -3);
      const edits: Edit[] = [
        { at, do: 'add', vector },
        { at, do: 'scale', factor: -3 },
      ];
      const { data } = await activation(at, { edits });
      expect(largestDifference(data, expected), at).toBeLessThan(1e-5);
    }
  });

  test('one value set at every position is found at every position', async () => {
    for (const at of places) {
      const value = await vectorAt(at, 4);
      const { data } = await activation(at, { edits: [{ at, do: 'set', value }] });
      const expected = Float32Array.from(data, (_, i) => value[i % value.length]!);
      expect(bits(data), at).toEqual(bits(expected));
    }
  });

  test('the same edits give the same bits whatever program came before', async () => {
    const edits: Edit[] = [{ at: 'blocks.0.hook_mlp_out', do: 'scale', factor: 0.5 }];
    const first = await logitsOf(edits);
    await logitsOf([{ at: 'blocks.0.hook_mlp_out', do: 'scale', factor: 2 }]);
    expect(bits(await logitsOf(edits))).toEqual(bits(first));
  });

  test("in a run all positions are the prompt's", async () => {
    const at = 'blocks.0.hook_resid_post';
    const edit = { at, do: 'scale', factor: 2 } as const;
    const all = await logitsOf([edit]);
    expect(bits(await logitsOf([{ ...edit, positions: 'prompt' }]))).toEqual(bits(all));
    const none = await logitsOf([{ ...edit, positions: 'generated' }]);
    expect(bits(none)).toEqual(bits(await logitsOf([])));
  });
});

describe('attention', () => {
  const [heads, keyHeads, d] = [4, 2, 6];

  /** The scores of a llama by its formula, from rotated queries and keys as they are read. */
  async function scoresOf(layer: number): Promise<number[]> {
    const q = await activation(`blocks.${layer}.attn.hook_rot_q`);
    const k = await activation(`blocks.${layer}.attn.hook_rot_k`);
    const [batch, seq] = q.dims as [number, number];
    const out: number[] = [];
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < heads; h++) {
        for (let i = 0; i < seq; i++) {
          for (let j = 0; j < seq; j++) {
            let sum = 0;
            const from = ((b * seq + i) * heads + h) * d;
            const to = ((b * seq + j) * keyHeads + Math.floor(h / (heads / keyHeads))) * d;
            for (let c = 0; c < d; c++) sum += q.data[from + c]! * k.data[to + c]!;
            out.push(j > i ? Number.NEGATIVE_INFINITY : sum / Math.sqrt(d));
          }
        }
      }
    }
    return out;
  }

  test.each([0, 1])('scores and pattern of layer %i equal the recomputed ones', async (layer) => {
    const expected = await scoresOf(layer);
    const scores = await activation(`blocks.${layer}.attn.hook_attn_scores`);
    expect(scores.dims).toEqual([2, heads, 5, 5]);
    expect(largestDifference(scores.data, expected)).toBeLessThan(1e-5);
    const pattern = await activation(`blocks.${layer}.attn.hook_pattern`);
    const rows = Array.from({ length: expected.length / 5 }, (_, i) =>
      softmax(expected.slice(i * 5, i * 5 + 5)),
    );
    expect(pattern.dims).toEqual([2, heads, 5, 5]);
    expect(largestDifference(pattern.data, rows.flat())).toBeLessThan(1e-6);
  });

  test('a pattern scaled by 0 leaves attention nothing to write', async () => {
    const edits: Edit[] = [{ at: 'blocks.0.attn.hook_pattern', do: 'scale', factor: 0 }];
    const { data } = await activation('blocks.0.hook_attn_out', { edits });
    expect(Array.from(data).every((value) => value === 0)).toBe(true);
  });

  test.each([0, -1, 2])('scores scaled by %d keep the future masked', async (factor) => {
    const hook: HookName = 'blocks.0.attn.hook_attn_scores';
    const edits: Edit[] = [{ at: hook, do: 'scale', factor }];
    const scores = (await scoresOf(0)).map((s) =>
      s === Number.NEGATIVE_INFINITY ? s : s * factor,
    );
    expect(largestDifference((await activation(hook, { edits })).data, scores)).toBeLessThan(1e-5);
    const pattern = await activation('blocks.0.attn.hook_pattern', { edits });
    const expected = Array.from({ length: scores.length / 5 }, (_, i) =>
      softmax(scores.slice(i * 5, i * 5 + 5)),
    );
    expect(largestDifference(pattern.data, expected.flat())).toBeLessThan(1e-6);
  });
});

describe('programs', () => {
  test('many runs of different shapes at once all give their results', async () => {
    const expected = new Map<string, Float32Array>();
    for (const at of hooks) expected.set(at, (await activation(at)).data);
    const together = await Promise.all(hooks.map(async (at) => (await activation(at)).data));
    hooks.forEach((at, i) => void expect(bits(together[i]!), at).toEqual(bits(expected.get(at)!)));
  });

  test('a sample goes on while other programs push its own out of the cache', async () => {
    const prompts = randomTokens(3, 4);
    const options = { maxTokens: 6, batchSize: 1 };
    const undisturbed: unknown[] = [];
    for await (const { tokens: own } of model.sample(prompts, options)) undisturbed.push(own);
    const disturbed: unknown[] = [];
    for await (const { tokens: own } of model.sample(prompts, options)) {
      disturbed.push(own);
      for (const at of hooks.slice(0, 15)) await activation(at);
    }
    expect(disturbed).toEqual(undisturbed);
  });
});
