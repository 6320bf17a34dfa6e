/** @file What a model makes of reconstructions, against plain passes with activations set by hand. */
import { expect, test } from 'vitest';
import {
  addSplices,
  Dictionary,
  type DictionaryConfig,
  DictionarySums,
  type Mask,
  type SpliceOptions,
  type Value,
  valuesOf,
} from '../../src/dictionary/index.ts';
import type { HookName, LanguageModel } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { randomTokens, runtime, tinyModel } from '../model/support.ts';

const model = tinyModel();
const hook = 'blocks.0.hook_resid_post' as HookName;
const NONE: Mask = { rule: 'none', ids: [] };
const lengths = [9, 17, 5, 33];
const contexts = lengths.map((length, i) => ({
  tokens: Int32Array.from(randomTokens(1, length, i)[0]!),
  documents: new Int32Array(length).fill(i),
}));

/** A dictionary of a width with given encoder and decoder entries. */
function linear(width: number, entry: (i: number, j: number) => number, more = {}): Dictionary {
  const config: DictionaryConfig = { architecture: 'pca', d_in: width, d_sae: width, ...more };
  const matrix = (of: (i: number, j: number) => number) => ({
    shape: [width, width],
    data: Float32Array.from({ length: width * width }, (_, at) =>
      of(Math.floor(at / width), at % width),
    ),
  });
  const zeros = () => ({ shape: [width], data: new Float32Array(width) });
  return new Dictionary(
    config,
    new Map([
      ['W_enc', matrix((i, j) => Number(i === j))],
      ['W_dec', matrix(entry)],
      ['b_enc', zeros()],
      ['b_dec', zeros()],
    ]),
    runtime,
  );
}

const noise = randomStream(1, 'decoder');
const rough = (width: number) =>
  linear(width, (i, j) => Number(i === j) + 0.3 * noise.normal(i * width + j));

async function spliced(
  dictionary: Dictionary,
  given: Partial<SpliceOptions> = {},
): Promise<{ sums: DictionarySums; values: Record<string, Value> }> {
  const sums = new DictionarySums(dictionary.config);
  const mean = new Float64Array(dictionary.config.d_in).fill(0.1);
  await addSplices(sums, { model, dictionary, hook, contexts, mask: NONE, mean, ...given });
  return { sums, values: valuesOf(sums) };
}

function logSoftmax(logits: ArrayLike<number>): number[] {
  const list = Array.from(logits);
  const most = Math.max(...list);
  const total = Math.log(list.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most;
  return list.map((value) => value - total);
}

/** Log probabilities at each position of one context, with the activation set where `instead` says. */
async function plainLogs(
  one: LanguageModel,
  at: HookName,
  tokens: readonly number[],
  instead?: (row: Float32Array, position: number) => ArrayLike<number>,
): Promise<number[][]> {
  const { activations } = await one.run(tokens, { read: [at], logits: false });
  const { data } = activations[at]!;
  const width = data.length / tokens.length;
  const rows = tokens.map((_, i) => data.slice(i * width, (i + 1) * width));
  const value = rows.flatMap((row, i) => Array.from(instead ? instead(row, i) : row));
  const { logits } = await one.run(tokens, { edits: [{ at, do: 'set', value }] });
  const vocabulary = one.config.vocab_size;
  return tokens.map((_, i) =>
    logSoftmax(logits!.data.subarray(i * vocabulary, (i + 1) * vocabulary)),
  );
}

/** Sums of nats over counted tokens, by plain passes. */
async function plainSums(
  dictionary: Dictionary,
  at: HookName,
  masked: readonly number[],
  mean: number,
) {
  const total = {
    tokens: 0,
    ceOriginal: 0,
    ceSpliced: 0,
    ceZero: 0,
    ceMean: 0,
    klSpliced: 0,
    klZero: 0,
    klMean: 0,
  };
  for (const { tokens: ids } of contexts) {
    const tokens = [...ids];
    const { activations } = await model.run(tokens, { read: [at], logits: false });
    const { data } = activations[at]!;
    const width = data.length / tokens.length;
    const decoded = await dictionary.reconstruct({ data, width });
    const kept = (position: number) => !masked.includes(tokens[position]!);
    const put = (other: (position: number) => ArrayLike<number>) =>
      plainLogs(model, at, tokens, (row, position) => (kept(position) ? other(position) : row));
    const original = await plainLogs(model, at, tokens);
    const arms = {
      Spliced: await put((i) => decoded.subarray(i * width, (i + 1) * width)),
      Zero: await put(() => new Float32Array(width)),
      Mean: await put(() => new Float32Array(width).fill(mean)),
    };
    for (let i = 0; i + 1 < tokens.length; i++) {
      if (!kept(i)) continue;
      const next = tokens[i + 1]!;
      total.tokens++;
      total.ceOriginal -= original[i]![next]!;
      for (const [name, logs] of Object.entries(arms) as [
        'Spliced' | 'Zero' | 'Mean',
        number[][],
      ][]) {
        total[`ce${name}`] -= logs[i]![next]!;
        total[`kl${name}`] += original[i]!.reduce(
          (sum, p, token) => sum + Math.exp(p) * (p - logs[i]![token]!),
          0,
        );
      }
    }
  }
  return total;
}

test.each([[[]], [[3, 11, 20]]])(
  'losses and KL(original || changed) are those of plain passes, at the tokens that are not masked (%j)',
  async (ids) => {
    const dictionary = rough(16);
    const { sums } = await spliced(dictionary, { mask: { rule: 'special', ids } });
    const found = sums.total();
    const expected = await plainSums(dictionary, hook, ids, 0.1);
    for (const [name, value] of Object.entries(expected)) {
      expect(found[name as keyof typeof expected] / value, name).toBeCloseTo(1, 4);
    }
  },
);

test('KL is taken from the original to the changed, not the other way', async () => {
  const dictionary = rough(16);
  const { sums } = await spliced(dictionary);
  const { klZero } = await plainSums(dictionary, hook, [], 0.1);
  let reversed = 0;
  for (const { tokens: ids } of contexts) {
    const tokens = [...ids];
    const p = await plainLogs(model, hook, tokens);
    const q = await plainLogs(model, hook, tokens, (row) => new Float32Array(row.length));
    for (let i = 0; i + 1 < tokens.length; i++) {
      reversed += q[i]!.reduce((sum, log, k) => sum + Math.exp(log) * (log - p[i]![k]!), 0);
    }
  }
  expect(Math.abs(reversed / klZero - 1)).toBeGreaterThan(0.05);
  expect(sums.total().klZero / klZero).toBeCloseTo(1, 4);
});

test('a dictionary that gives back what it reads recovers all, one that gives 0 nothing', async () => {
  const same = (await spliced(linear(16, (i, j) => Number(i === j)))).values;
  expect(same.ce_recovered).toBeCloseTo(1, 6);
  expect(same.kl_recovered).toBeCloseTo(1, 6);
  expect(same.ce_increase).toBeCloseTo(0, 6);
  const nothing = (
    await spliced(
      linear(16, () => 0),
      { mask: { rule: 'special', ids: [3, 11] } },
    )
  ).values;
  expect(nothing.ce_recovered).toBeCloseTo(0, 6);
  expect(nothing.kl_recovered).toBeCloseTo(0, 6);
});

test('figures do not depend on how contexts are batched, ordered or padded', async () => {
  const dictionary = rough(16);
  const whole = (await spliced(dictionary)).sums.total();
  const parts = new DictionarySums(dictionary.config);
  const mean = new Float64Array(16).fill(0.1);
  for (const context of [...contexts].reverse()) {
    await addSplices(parts, { model, dictionary, hook, contexts: [context], mask: NONE, mean });
  }
  const apart = parts.total();
  expect(apart.tokens).toBe(whole.tokens);
  for (const name of ['ceSpliced', 'klSpliced', 'ceMean', 'klZero'] as const) {
    expect(apart[name] / whole[name], name).toBeCloseTo(1, 5);
  }
});

test('values of heads are reconstructed side by side, as one row', async () => {
  const at = 'blocks.1.attn.hook_z' as HookName;
  const dictionary = rough(24);
  const { sums } = await spliced(dictionary, { hook: at });
  const expected = await plainSums(dictionary, at, [], 0.1);
  expect(sums.total().ceSpliced / expected.ceSpliced).toBeCloseTo(1, 4);
  expect(sums.total().klSpliced / expected.klSpliced).toBeCloseTo(1, 3);
});

test('a transcoder is put where it decodes, from what it reads elsewhere', async () => {
  const target = 'blocks.0.hook_mlp_out' as HookName;
  const from = 'blocks.0.ln2.hook_normalized' as HookName;
  const config = { architecture: 'transcoder', d_in: 16, d_sae: 16, d_out: 16 };
  const identity = {
    shape: [16, 16],
    data: Float32Array.from({ length: 256 }, (_, i) => Number(i % 17 === 0)),
  };
  const zeros = { shape: [16], data: new Float32Array(16) };
  const tensors = new Map([
    ['W_enc', identity],
    ['W_dec', identity],
    ['b_enc', zeros],
    ['b_dec', zeros],
  ]);
  const dictionary = new Dictionary(config, tensors, runtime);
  const { sums } = await spliced(dictionary, { hook: from, target });
  let ceSpliced = 0;
  for (const { tokens: ids } of contexts) {
    const tokens = [...ids];
    const { activations } = await model.run(tokens, { read: [from], logits: false });
    const { data } = activations[from]!;
    const logs = await plainLogs(model, target, tokens, (_, i) =>
      data.subarray(i * 16, (i + 1) * 16).map((value) => Math.max(0, value)),
    );
    for (let i = 0; i + 1 < tokens.length; i++) ceSpliced -= logs[i]![tokens[i + 1]!]!;
  }
  expect(sums.total().ceSpliced / ceSpliced).toBeCloseTo(1, 4);
});

test('a token whose next one is of another document is not counted', async () => {
  const packed = {
    tokens: Int32Array.from([1, 2, 3, 4, 5, 6]),
    documents: Int32Array.from([0, 0, 1, 1, 1, 2]),
  };
  const { sums } = await spliced(rough(16), { contexts: [packed] });
  expect(sums.total().tokens).toBe(3);
  expect(sums.byDocument.documents).toBe(2);
});

test('a dictionary of another width than the hook point is refused', async () => {
  await expect(spliced(rough(8))).rejects.toThrow(`a dictionary of width 8 at '${hook}'`);
});
