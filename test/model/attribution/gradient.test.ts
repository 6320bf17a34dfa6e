/** @file Gradients at hook points against finite differences. */
import { expect, test } from 'vitest';
import {
  type Edit,
  type HookName,
  hookGradients,
  hookNames,
  type LanguageModel,
  type Metric,
} from '../../../src/model/index.ts';
import { randomStream } from '../../../src/tensor/index.ts';
import { randomTokens, refusal, softmax, tinyModel } from '../support.ts';

const [rows, length] = [2, 5];
const tokens = randomTokens(rows, length);

/** The metric of each row from the logits that `run` returns, in float64. */
async function reference(
  model: LanguageModel,
  metric: Metric,
  edits: readonly Edit[],
): Promise<number[]> {
  const { logits } = await model.run(tokens, { edits });
  const vocabulary = logits!.dims[2]!;
  return tokens.map((row, r) =>
    byDefinition(metric, row, (position) => {
      const start = (r * length + ((position + length) % length)) * vocabulary;
      return Array.from(logits!.data.subarray(start, start + vocabulary));
    }),
  );
}

function byDefinition(
  metric: Metric,
  row: readonly number[],
  at: (position: number) => number[],
): number {
  if (metric.kind === 'negativeLogLikelihood') {
    const from = metric.from ?? 1;
    const losses = row.slice(from).map((token, i) => -Math.log(softmax(at(from + i - 1))[token]!));
    return losses.reduce((a, b) => a + b, 0) / losses.length;
  }
  const logits = at(metric.position ?? -1);
  switch (metric.kind) {
    case 'logit':
      return logits[metric.token]!;
    case 'logitDifference':
      return logits[metric.correct]! - logits[metric.wrong]!;
    case 'logProbability':
      return Math.log(softmax(logits)[metric.token]!);
    case 'divergence': {
      const [p, q] = [softmax(metric.logits), softmax(logits)];
      return p.reduce((sum, own, i) => sum + own * Math.log(own / q[i]!), 0);
    }
  }
}

const given = Array.from({ length: 40 }, (_, i) => Math.sin(i));
const METRICS: readonly Metric[] = [
  { kind: 'logit', position: 2, token: 7 },
  { kind: 'logitDifference', correct: 3, wrong: 39 },
  { kind: 'logProbability', position: -2, token: 0 },
  { kind: 'negativeLogLikelihood' },
  { kind: 'negativeLogLikelihood', from: 3 },
  { kind: 'divergence', position: 3, logits: given },
];

test.each(METRICS.map((metric, i) => [i, metric.kind, metric] as const))(
  'values of metric %i, %s, are those of the logits',
  async (_i, _kind, metric) => {
    const model = tinyModel();
    const { values } = await hookGradients(model, tokens, { metric, at: ['hook_embed'] });
    const expected = await reference(model, metric, []);
    expected.forEach((value, row) => void expect(values[row]).toBeCloseTo(value, 4));
  },
);

/** Of a random direction at a hook, at every position: slope by differences of the fourth order, and by the gradient. */
async function slopes(model: LanguageModel, hook: HookName, metric: Metric, edits: Edit[]) {
  const found = await hookGradients(model, tokens, { metric, at: [hook], edits });
  const { data } = found.gradients[hook]!;
  const size = data.length / (rows * length);
  const stream = randomStream(5, 'test').at(hook);
  const vector = Array.from({ length: size }, (_, i) => stream.normal(i) / Math.sqrt(size));
  const shifted = (scale: number) =>
    reference(model, metric, [...edits, { at: hook, do: 'add', vector, scale }]);
  const step = 0.01;
  const [down2, down, up, up2] = await Promise.all([-2, -1, 1, 2].map((k) => shifted(k * step)));
  const fourthOrder = (row: number) =>
    (8 * (up![row]! - down![row]!) - (up2![row]! - down2![row]!)) / (12 * step);
  return tokens.map((_, row) => {
    const own = data.subarray(row * length * size, (row + 1) * length * size);
    const analytic = own.reduce((sum, slope, i) => sum + slope * vector[i % size]!, 0);
    return { analytic, numeric: fourthOrder(row) };
  });
}

const metric: Metric = { kind: 'logitDifference', correct: 3, wrong: 39 };
const hooks = hookNames(tinyModel().config).filter(
  (name) => /^(hook_embed|blocks\.0|ln_final)/.test(name) && !/scores|pattern/.test(name),
);

test.each(hooks)('the gradient at %s is that of finite differences', async (hook) => {
  for (const { analytic, numeric } of await slopes(tinyModel(), hook, metric, [])) {
    // Logits of about 1 are rounded at 1e-7: over a step of 0.01, 1e-5 a row; the rest is curvature.
    expect(Math.abs(analytic - numeric)).toBeLessThan(2e-3 * (1 + Math.abs(numeric)));
  }
});

test('a gradient is with respect to the activation after the edits there', async () => {
  const at: HookName = 'blocks.1.hook_resid_pre';
  const edits: Edit[] = [{ at, do: 'scale', factor: 0.3 }];
  for (const { analytic, numeric } of await slopes(tinyModel(), at, metric, edits)) {
    expect(Math.abs(analytic - numeric)).toBeLessThan(2e-3 * (1 + Math.abs(numeric)));
  }
});

test('gradients of patterns are zero where attention is masked', async () => {
  const at: HookName = 'blocks.1.attn.hook_attn_scores';
  const { gradients } = await hookGradients(tinyModel(), tokens, { metric, at: [at] });
  const { dims, data } = gradients[at]!;
  expect(dims).toEqual([rows, 4, length, length]);
  data.forEach((slope, i) => {
    const [query, key] = [Math.floor(i / length) % length, i % length];
    if (key > query) expect(Math.abs(slope)).toBe(0);
  });
  expect(data.some((slope) => Math.abs(slope) > 1e-3)).toBe(true);
});

test('a metric for each row, of all layers at once', async () => {
  const model = tinyModel();
  const each: Metric[] = [
    { kind: 'logit', token: 4 },
    { kind: 'logit', token: 9, position: 1 },
  ];
  const at = ['blocks.*.hook_resid_post'];
  const all = await hookGradients(model, tokens, { metric: each, at });
  expect(Object.keys(all.gradients)).toEqual([
    'blocks.0.hook_resid_post',
    'blocks.1.hook_resid_post',
  ]);
  const second = await hookGradients(model, [tokens[1]!], { metric: each[1]!, at });
  expect(all.values[1]).toBeCloseTo(second.values[0]!, 5);
});

test('what does not fit is one line', async () => {
  const model = tinyModel();
  const at = ['hook_embed'];
  const of = (metric: unknown, hooks = at) =>
    refusal(() => hookGradients(model, tokens, { metric: metric as Metric, at: hooks }));
  expect((await of({ kind: 'logit', token: 40 })).message).toMatch(/token id 40/);
  expect((await of({ kind: 'logit', token: 4, position: 5 })).message).toMatch(/position 5/);
  expect((await of({ kind: 'logit', token: 4, position: -6 })).message).toMatch(/position -6/);
  expect((await of({ kind: 'loigt' })).message).toMatch(/metric: kind/);
  expect((await of({ kind: 'divergence', logits: [1] })).message).toMatch(/1 logits/);
  expect((await of({ kind: 'negativeLogLikelihood', from: 5 })).message).toMatch(/position 5/);
  expect((await of([{ kind: 'logit', token: 1 }])).message).toMatch(/1 metrics for 2/);
  expect((await of(METRICS.slice(0, 2))).message).toMatch(/'logit' and 'logitDifference'/);
  expect((await of(metric, ['blocks.*.hook_resid_pst'])).hint).toMatch(/hook_resid_post/);
  expect((await of(metric, [])).message).toMatch(/no hook point/);
});
