/** @file Packing: every token once, each text by itself, targets weighed as asked. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Packed, pack, type TrainingText } from '../../src/model/index.ts';
import { packedFeeds } from '../../src/model/packing.ts';
import { Trainer } from '../../src/model/training.ts';
import { randomTokens, refusal, softmax, tinyModel } from './support.ts';

const LENGTH = 16;

/** The texts of a row as they were given, with the weights of their targets. */
function unpack(row: Packed): { tokens: number[]; weights: number[]; targets: number[] }[] {
  const out: { tokens: number[]; weights: number[]; targets: number[] }[] = [];
  row.tokens.forEach((token, i) => {
    const text = row.texts[i]!;
    if (text < 0) return;
    out[text] ??= { tokens: [], weights: [], targets: [] };
    expect(row.positions[i]).toBe(out[text].tokens.length);
    out[text].tokens.push(token);
    out[text].weights.push(row.weights[i]!);
    out[text].targets.push(row.targets[i]!);
  });
  return out;
}

const textsUpTo = (longest: number) =>
  fc.array(
    fc.array(fc.nat(39), { minLength: 2, maxLength: longest }).map((tokens) => ({ tokens })),
    { maxLength: 40 },
  );

describe('rows', () => {
  test('hold every token of every text once, in order, and nothing else', () => {
    fc.assert(
      fc.property(textsUpTo(LENGTH), (texts) => {
        const rows = [...pack(texts, LENGTH)];
        const found = rows.flatMap(unpack).map(({ tokens }) => tokens.join());
        expect(found.sort()).toEqual(texts.map(({ tokens }) => tokens.join()).sort());
        for (const row of rows) {
          const padding = [...row.texts.keys()].filter((i) => row.texts[i] === -1);
          for (const i of padding) expect([row.tokens[i], row.weights[i]]).toEqual([0, 0]);
        }
      }),
    );
  });

  test('have each next token of the same text as target; a last token has none', () => {
    fc.assert(
      fc.property(textsUpTo(LENGTH), (texts) => {
        for (const { tokens, weights, targets } of [...pack(texts, LENGTH)].flatMap(unpack)) {
          expect(targets).toEqual([...tokens.slice(1), 0]);
          expect(weights).toEqual([...tokens.slice(1).map(() => 1), 0]);
        }
      }),
    );
  });

  test('carry the weight of each target; without weights each counts 1', () => {
    const texts: TrainingText[] = [{ tokens: [4, 5, 6, 7], weights: [9, 0, 0.5, 2] }];
    const [row] = [...pack(texts, 6)];
    expect([...row!.weights]).toEqual([0, 0.5, 2, 0, 0, 0]);
  });

  test('cut a text that is longer than they are, and leave out one of a single token', () => {
    const rows = [...pack([{ tokens: [1, 2, 3, 4, 5] }, { tokens: [6] }], 3)];
    expect(rows).toHaveLength(1);
    expect([...rows[0]!.tokens]).toEqual([1, 2, 3]);
    expect([...rows[0]!.targets]).toEqual([2, 3, 4]);
  });

  test('are at least 90 % full of short texts', () => {
    const texts = Array.from({ length: 400 }, (_, i) => ({
      tokens: randomTokens(1, 2 + (i % 13), i)[0]!,
    }));
    const rows = [...pack(texts, 64)];
    const used = rows.flatMap((row) => [...row.texts]).filter((text) => text >= 0).length;
    expect(used / (rows.length * 64)).toBeGreaterThan(0.9);
  });

  test('come from an endless stream too', () => {
    function* endless(): Generator<TrainingText> {
      for (let i = 0; ; i++) yield { tokens: [i % 40, 1, 2] };
    }
    const rows = pack(endless(), LENGTH);
    for (let i = 0; i < 50; i++) expect(rows.next().done).toBe(false);
  });
});

describe('the loss of packed texts', () => {
  const model = tinyModel();
  const texts: TrainingText[] = [7, 4, 9, 3, 5].map((length, i) => ({
    tokens: randomTokens(1, length, i)[0]!,
    weights: Array.from({ length }, (_, j) => (i + j) % 4),
  }));

  /** Weighted mean of -log p of every target, each text in a run of its own, in float64. */
  async function separate(): Promise<number> {
    let [sum, total] = [0, 0];
    for (const { tokens, weights } of texts) {
      const { data } = (await model.run(tokens)).logits!;
      const vocab = model.config.vocab_size;
      for (let i = 1; i < tokens.length; i++) {
        const p = softmax(data.subarray((i - 1) * vocab, i * vocab))[tokens[i]!]!;
        sum -= weights![i]! * Math.log(p);
        total += weights![i]!;
      }
    }
    return sum / total;
  }

  test.each([10, 16, 30])(
    'in rows of %i is the weighted mean of each by itself: none sees another',
    async (length) => {
      const trainer = await Trainer.open(model);
      const { loss } = await trainer.gradients([...pack(texts, length)]);
      await trainer.close();
      expect(Math.abs(loss - (await separate()))).toBeLessThan(1e-5);
    },
  );

  test('is what negativeLogLikelihood gives for texts of any length', async () => {
    const sequences = texts.map(({ tokens }) => tokens);
    const from = [0, 1, 4, 2, 5];
    const scores = await model.negativeLogLikelihood(sequences, from);
    for (const [i, tokens] of sequences.entries()) {
      const { data } = (await model.run(tokens)).logits!;
      const vocab = model.config.vocab_size;
      const losses = tokens.slice(1).map((token, at) => {
        return -Math.log(softmax(data.subarray(at * vocab, (at + 1) * vocab))[token]!);
      });
      const counted = losses.slice(Math.max(1, from[i]!) - 1);
      const mean = counted.reduce((a, b) => a + b, 0) / counted.length;
      if (counted.length === 0) expect(scores[i]).toBeNaN();
      else expect(Math.abs(scores[i]! - mean)).toBeLessThan(1e-5);
    }
  });
});

describe('a batch that cannot be trained on is refused in one line', () => {
  const model = tinyModel();
  const row = (tokens: number[], length = LENGTH) => [...pack([{ tokens }], length)][0]!;

  test.each([
    ['no rows', [], /a batch of rows of no tokens/],
    ['rows of two lengths', [row([1, 2]), row([1, 2], 8)], /a batch of rows of 16, 8 tokens/],
    ['an unknown token', [row([1, 40])], /token id 40/],
    ['a negative token', [row([1, -1])], /token id -1/],
    ['a text that is too long', [row(new Array(97).fill(1), 97)], /97 tokens.* 96 positions/],
    [
      'no weight',
      [...pack([{ tokens: [1, 2], weights: [1, 0] }], 4)],
      /a batch whose weights add up to 0/,
    ],
  ] as const)('%s', async (_, rows, message) => {
    const error = await refusal(() => packedFeeds(model, rows));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(message);
  });

  test('weights that are not one for each token, rows of no length', async () => {
    const wrong = await refusal(() => [...pack([{ tokens: [1, 2, 3], weights: [1] }], 8)]);
    expect(wrong.message).toBe('a text of 3 tokens with 1 weights');
    expect((await refusal(() => [...pack([], 1)])).message).toBe('rows of 1 tokens');
  });
});
