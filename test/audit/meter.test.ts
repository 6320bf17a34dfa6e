/** @file The meter against products counted one by one. */
import { expect, test } from 'vitest';
import { ledger, Meter, type Usage } from '../../src/audit/meter.ts';
import { parseConfig } from '../../src/model/index.ts';

const config = parseConfig({
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 6,
  vocab_size: 50,
  tie_word_embeddings: true,
});

/** 2 operations for each multiplication of a pass with a cache, product by product. */
function countedProducts(prompt: number, sampled: number): number {
  let multiplications = 0;
  const product = (rows: number, inner: number, columns: number) => {
    multiplications += rows * inner * columns;
  };
  for (let position = 0; position < prompt + sampled - 1; position++) {
    for (let layer = 0; layer < 3; layer++) {
      product(1, 16, 4 * 6); // queries
      product(1, 16, 2 * 6); // keys
      product(1, 16, 2 * 6); // values
      for (let head = 0; head < 4; head++) {
        product(1, 6, position + 1); // scores
        product(1, position + 1, 6); // mixed values
      }
      product(1, 4 * 6, 16); // output
      product(1, 16, 24); // gate
      product(1, 16, 24); // up
      product(1, 24, 16); // down
    }
  }
  for (let token = 0; token < sampled; token++) product(1, 16, 50); // logits
  return 2 * multiplications;
}

test.each([
  [5, 3],
  [1, 1],
  [20, 32],
])('a prompt of %i tokens and %i drawn ones cost their matrix products', (prompt, sampled) => {
  const meter = new Meter();
  meter.sample(config, prompt, sampled);
  expect(meter.read()).toEqual({
    affordances: [],
    samples: 1,
    rejected: 0,
    promptTokens: prompt,
    sampledTokens: sampled,
    // The last token drawn is not fed back.
    forwards: prompt + sampled - 1,
    backwards: 0,
    flops: countedProducts(prompt, sampled),
    texts: 0,
  });
});

test('a gradient costs three times a forward pass that predicts nothing', () => {
  const [meter, plain] = [new Meter(), new Meter()];
  meter.gradient(config, 7);
  plain.pass(config, 7);
  const { flops, forwards } = plain.read();
  expect(meter.read()).toMatchObject({ forwards, backwards: forwards, flops: 3 * flops });
});

test('samples add up', () => {
  const meter = new Meter();
  meter.use('sample');
  meter.sample(config, 5, 3);
  meter.sample(config, 7, 2);
  const flops = countedProducts(5, 3) + countedProducts(7, 2);
  expect(meter.read()).toMatchObject({ samples: 2, promptTokens: 12, sampledTokens: 5, flops });
});

test('a ledger is the sum of its pieces; labels count as an affordance once one was given', () => {
  const usage = (affordances: Usage['affordances'], k: number): Usage => {
    return {
      affordances,
      samples: k,
      promptTokens: 2 * k,
      sampledTokens: 3 * k,
      forwards: 4 * k,
      // Journals of before there were gradients and rejection have no such counts.
      ...(k > 1 && { backwards: k, rejected: k, texts: 2 * k }),
      flops: 5 * k,
    };
  };
  const pieces = [usage(['sample', 'edit'], 1), usage(['sample'], 10)];
  const sums = {
    samples: 11,
    rejected: 10,
    promptTokens: 22,
    sampledTokens: 33,
    forwards: 44,
    backwards: 10,
    flops: 55,
    texts: 20,
  };
  expect(ledger(pieces, 0, 1)).toEqual({
    affordances: ['edit', 'sample'],
    ...sums,
    labels: 0,
    settingsTried: 1,
  });
  expect(ledger(pieces, 7, 4)).toEqual({
    affordances: ['edit', 'labels', 'sample'],
    ...sums,
    labels: 7,
    settingsTried: 4,
  });
});
