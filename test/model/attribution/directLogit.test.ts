/** @file Direct logit attribution: it is complete in every family, and each part is what the part writes. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type DirectLogits,
  directLogitAttribution,
  type Edit,
  type LanguageModel,
  openModel,
} from '../../../src/model/index.ts';
import { randomTokens, refusal, runtime, tinyModel } from '../support.ts';

const FIXTURES = new URL('../../fixtures/families/', import.meta.url).pathname;
const FAMILIES = readdirSync(FIXTURES).filter((name) =>
  existsSync(join(FIXTURES, name, 'config.json')),
);
const [rows, length] = [2, 6];
const tokens = randomTokens(rows, length, 2);
const options = { correct: [3, 8], wrong: 30, position: -2 };

/** Logits at the position in question, the family's soft cap undone. */
async function uncapped(model: LanguageModel): Promise<number[][]> {
  const { logits } = await model.run(tokens);
  const { vocab_size: vocabulary, architecture } = model.config;
  const cap = architecture.logitSoftcap;
  return tokens.map((_, row) => {
    const start = (row * length + length - 2) * vocabulary;
    const own = Array.from(logits!.data.subarray(start, start + vocabulary));
    return cap === undefined ? own : own.map((logit) => cap * Math.atanh(logit / cap));
  });
}

/** A contribution by name. */
function part({ components, contributions }: DirectLogits, row: number, name: string): number {
  const index = components.findIndex((component) => component.name === name);
  expect(index, name).toBeGreaterThanOrEqual(0);
  return contributions[row * components.length + index]!;
}

/** The sum of a sequence's contributions, or of those whose names begin so. */
function sumOf({ components, contributions }: DirectLogits, row: number, start = ''): number {
  return components.reduce((sum, { name }, i) => {
    return sum + (name.startsWith(start) ? contributions[row * components.length + i]! : 0);
  }, 0);
}

test.each(FAMILIES)(
  'contributions add up to the logits of %s, and heads to attention',
  async (name) => {
    const model = await openModel(join(FIXTURES, name), runtime);
    const difference = await directLogitAttribution(model, tokens, options);
    const whole = await directLogitAttribution(model, tokens, { ...options, per: 'layer' });
    const single = await directLogitAttribution(model, tokens, { correct: 5, position: 4 });
    (await uncapped(model)).forEach((logits, row) => {
      const expected = logits[options.correct[row]!]! - logits[30]!;
      expect(Math.abs(sumOf(difference, row) - expected)).toBeLessThan(1e-4);
      expect(Math.abs(sumOf(whole, row) - expected)).toBeLessThan(1e-4);
      expect(Math.abs(sumOf(single, row) - logits[5]!)).toBeLessThan(1e-4);
      expect(Math.abs(difference.remainders[row]!)).toBeLessThan(1e-4);
      for (let layer = 0; layer < model.config.num_hidden_layers; layer++) {
        const attention = part(whole, row, `blocks.${layer}.attn`);
        expect(sumOf(difference, row, `blocks.${layer}.attn`)).toBeCloseTo(attention, 4);
      }
    });
    await model.release();
  },
);

test.each(['gpt2', 'gpt-neox', 'gemma2', 'olmo2'])(
  'a folded %s splits the same difference',
  async (name) => {
    const raw = await openModel(join(FIXTURES, name), runtime);
    const model = raw.fold();
    const found = await directLogitAttribution(model, tokens, options);
    const { totals } = await directLogitAttribution(raw, tokens, options);
    for (let row = 0; row < rows; row++) {
      expect(found.totals[row]).toBeCloseTo(totals[row]!, 4);
      expect(Math.abs(sumOf(found, row) - totals[row]!)).toBeLessThan(1e-4);
    }
  },
);

test("heads and MLP are the products of what they write with the unembedding's direction", async () => {
  const model = tinyModel();
  const found = await directLogitAttribution(model, tokens, options);
  const read = ['blocks.0.attn.hook_result', 'blocks.1.hook_mlp_out', 'ln_final.hook_scale'];
  const { activations } = await model.run(tokens, { read, logits: false });
  const named = (name: string) => model.weights.named.get(name)!.data;
  const [weight, head] = [named('model.norm.weight'), named('lm_head.weight')];
  for (let row = 0; row < rows; row++) {
    const place = row * length + length - 2;
    const scale = activations['ln_final.hook_scale']!.data[place]!;
    const along = (written: Float32Array, start: number) => {
      let sum = 0;
      for (let i = 0; i < 16; i++) {
        const apart = head[options.correct[row]! * 16 + i]! - head[30 * 16 + i]!;
        sum += (written[start + i]! / scale) * weight[i]! * apart;
      }
      return sum;
    };
    const result = activations['blocks.0.attn.hook_result']!.data;
    const mlp = activations['blocks.1.hook_mlp_out']!.data;
    for (const h of [0, 3]) {
      const expected = along(result, (place * 4 + h) * 16);
      expect(part(found, row, `blocks.0.attn.head.${h}`)).toBeCloseTo(expected, 5);
    }
    expect(part(found, row, 'blocks.1.mlp')).toBeCloseTo(along(mlp, place * 16), 5);
  }
});

test('biases of attention, final norm and unembedding are parts of their own', async () => {
  const model = await openModel(join(FIXTURES, 'gpt2'), runtime);
  const { hidden_size: d } = model.config;
  const found = await directLogitAttribution(model, tokens, options);
  const scale = (await model.run(tokens, { read: ['ln_final.hook_scale'] })).activations;
  const named = (name: string) => model.weights.named.get(name)!.data;
  const names = [...model.weights.named.keys()];
  const of = (end: string) => named(names.find((name) => name.endsWith(end))!);
  const [weight, bias, table] = [of('ln_f.weight'), of('ln_f.bias'), of('wte.weight')];
  const out = of('h.1.attn.c_proj.bias');
  for (let row = 0; row < rows; row++) {
    const apart = Array.from({ length: d }, (_, i) => {
      return table[options.correct[row]! * d + i]! - table[30 * d + i]!;
    });
    const expected = apart.reduce((sum, own, i) => sum + own * bias[i]!, 0);
    expect(part(found, row, 'bias')).toBeCloseTo(expected, 5);
    const s = scale['ln_final.hook_scale']!.data[row * length + length - 2]!;
    const mean = out.reduce((a, b) => a + b, 0) / d;
    const written = apart.reduce((sum, own, i) => {
      return sum + ((own * weight[i]!) / s) * (out[i]! - mean);
    }, 0);
    expect(part(found, row, 'blocks.1.attn.bias')).toBeCloseTo(written, 4);
  }
  await model.release();
});

test('what edits add to the residual stream is left in the remainder', async () => {
  const model = tinyModel();
  const vector = Array.from({ length: 16 }, (_, i) => Math.cos(i));
  const edits: Edit[] = [{ at: 'blocks.0.hook_resid_post', do: 'add', vector }];
  const found = await directLogitAttribution(model, tokens, { ...options, edits });
  const { logits } = await model.run(tokens, { edits });
  for (let row = 0; row < rows; row++) {
    const start = (row * length + length - 2) * 40;
    const expected = logits!.data[start + options.correct[row]!]! - logits!.data[start + 30]!;
    expect(found.totals[row]).toBeCloseTo(expected, 4);
    expect(Math.abs(found.remainders[row]!)).toBeGreaterThan(1e-2);
  }
});

test('what does not fit is one line', async () => {
  const of = (change: object) =>
    refusal(() => directLogitAttribution(tinyModel(), tokens, { ...options, ...change }));
  expect((await of({ correct: 40 })).message).toMatch(/token id 40/);
  expect((await of({ correct: [1] })).message).toMatch(/1 metrics for 2 sequences/);
  expect((await of({ wrong: [1] })).message).toMatch(/metric: wrong/);
  expect((await of({ position: 6 })).message).toMatch(/position 6/);
});
