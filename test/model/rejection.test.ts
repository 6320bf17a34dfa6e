/** @file Bans, ends by a function, limits for each prompt, and rejection sampling: against plain samples that are filtered, and closed forms. */
import { describe, expect, test } from 'vitest';
import {
  LanguageModel,
  type RejectionOptions,
  type SampleOptions,
  sampleAccepted,
  Tokenizer,
  trainByteLevelBpe,
} from '../../src/model/index.ts';
import { randomTokens, runtime, samplesOf, softmax, tinyModel } from './support.ts';

const model = tinyModel();
const prompt = randomTokens(1, 5)[0]!;

describe('a ban', () => {
  test('leaves the distribution of the other tokens as it was, renormalised', async () => {
    const ban = [1, 2, 3, 4, 5, 6, 7, 8];
    const { logits } = await model.run([prompt]);
    const last = softmax(logits!.data.slice(-40));
    const kept = last.map((p, id) => (ban.includes(id) ? 0 : p));
    const total = kept.reduce((a, b) => a + b, 0);
    const n = 4000;
    const samples = await samplesOf(model, [prompt], { n, maxTokens: 1, ban, seed: 3 });
    const counts = new Float64Array(40);
    for (const { tokens } of samples) counts[tokens[0]!]!++;
    for (const id of ban) expect(counts[id]).toBe(0);
    kept.forEach((p, id) => {
      const expected = p / total;
      // Five standard deviations of a share.
      const margin = 5 * Math.sqrt((expected * (1 - expected)) / n) + 1e-9;
      expect(Math.abs(counts[id]! / n - expected), `token ${id}`).toBeLessThanOrEqual(margin);
    });
  });

  test('greedily, the likeliest of the others is taken', async () => {
    const [free] = await samplesOf(model, [prompt], { temperature: 0, maxTokens: 1 });
    const ban = [free!.tokens[0]!];
    const [other] = await samplesOf(model, [prompt], { temperature: 0, maxTokens: 1, ban });
    const { logits } = await model.run([prompt]);
    const order = [...logits!.data.slice(-40).entries()].sort((a, b) => b[1] - a[1]);
    expect([free!.tokens[0], other!.tokens[0]]).toEqual([order[0]![0], order[1]![0]]);
  });

  test.each([
    ['of no token of the model', [40], 'token id 40'],
    ['of every token', Array.from({ length: 40 }, (_, i) => i), 'a ban of all 40 tokens'],
  ])('%s is refused', async (_, ban, message) => {
    await expect(samplesOf(model, [prompt], { ban })).rejects.toThrow(message);
  });
});

test('a function ends samples with the token that it was shown, and they are the beginnings of the plain ones', async () => {
  const options: SampleOptions = { n: 6, maxTokens: 12, seed: 2 };
  const plain = await samplesOf(model, [prompt], options);
  const until = (tokens: readonly number[]) => tokens.at(-1)! % 3 === 0;
  const ended = await samplesOf(model, [prompt], { ...options, until });
  ended.forEach(({ tokens, finish }, i) => {
    const at = plain[i]!.tokens.findIndex((id) => id % 3 === 0);
    expect(tokens).toEqual(at < 0 ? plain[i]!.tokens : plain[i]!.tokens.slice(0, at + 1));
    expect(finish).toBe(at < 0 ? 'length' : 'stop');
  });
});

test('each prompt has its own limit of tokens', async () => {
  const prompts = randomTokens(3, 5);
  const all = await samplesOf(model, prompts, { maxTokens: 9 });
  const own = await samplesOf(model, prompts, { maxTokens: [9, 2, 5] });
  expect(own.map(({ tokens }) => tokens)).toEqual(
    [9, 2, 5].map((length, i) => all[i]!.tokens.slice(0, length)),
  );
  await expect(samplesOf(model, prompts, { maxTokens: [1] })).rejects.toThrow(
    'maxTokens for 1 prompts, of which there are 3',
  );
});

describe('rejection', () => {
  const tokenizer = Tokenizer.parse(
    trainByteLevelBpe(['ab\n'], { vocabSize: 258, specialTokens: [] }),
  );
  const { vocabSize } = tokenizer;
  const writer = withTokenizer(tinyModel({ vocab_size: vocabSize }), tokenizer);
  const kept = ['a', 'b', '\n'].map((text) => tokenizer.encode(text)[0]!);
  /** Texts of the letters a and b, and ends of lines. */
  const ban = Array.from({ length: vocabSize }, (_, id) => id).filter((id) => !kept.includes(id));
  const prompts = ['a', 'b', 'ab', 'ba', 'aa', 'bb'].map((text) => tokenizer.encode(text));
  const plainly = { maxTokens: 16, seed: 1, ban };
  const twice = (text: string) => text.includes('aa');
  const options: RejectionOptions = { ...plainly, violates: twice, restart: 'whole' };

  test('as a whole gives the first of the plain samples that keeps the rule', async () => {
    const found = await sampleAccepted(writer, prompts, { ...options, attempts: 40 });
    const plain = await samplesOf(writer, prompts, { ...plainly, n: 40 });
    found.forEach(({ text, attempts, accepted, prompt }) => {
      const own = plain.filter((sample) => sample.prompt === prompt);
      const first = own.findIndex((sample) => !twice(sample.text));
      expect(accepted).toBe(first >= 0);
      if (first >= 0) expect([text, attempts]).toEqual([own[first]!.text, first + 1]);
    });
    expect(found.some(({ attempts }) => attempts > 1)).toBe(true);
  });

  test('what cannot keep the rule is given up after as many draws as are allowed', async () => {
    const never = { ...options, violates: () => true };
    const whole = await sampleAccepted(writer, prompts, { ...never, attempts: 3 });
    for (const { accepted, attempts } of whole) expect([accepted, attempts]).toEqual([false, 3]);
    const line = await sampleAccepted(writer, prompts, { ...never, restart: 'line', attempts: 2 });
    for (const { accepted, attempts } of line) expect([accepted, attempts]).toEqual([false, 16]);
  });

  test('line by line, lines before the one that breaks the rule are kept, and more is accepted', async () => {
    const given = { ...options, attempts: 4 };
    const line = await sampleAccepted(writer, prompts, { ...given, restart: 'line', most: 32 });
    for (const { accepted, text } of line) expect(accepted).toBe(!twice(text));
    const [whole, byLine] = [await sampleAccepted(writer, prompts, given), line].map(
      (all) => all.filter(({ accepted }) => accepted).length,
    );
    expect(byLine!).toBeGreaterThanOrEqual(whole!);
    const again = line.filter(({ attempts }) => attempts > 1);
    expect(again.length).toBeGreaterThan(0);
    // A draw reads the prompt and what is kept: sooner or later more than the prompt.
    const read = again.flatMap(({ prompt, passes }) =>
      passes.map(([before]) => before - prompts[prompt]!.length),
    );
    expect(Math.max(...read)).toBeGreaterThan(0);
  });

  test('after as many draws of a line as are allowed, it goes back to the line before', async () => {
    // The second line is never right, so that only another first line could help: each first line is left in turn.
    const second = (text: string) => text.split('\n').length > 2;
    const given = { ...options, violates: second, restart: 'line', attempts: 2, most: 12 } as const;
    for (const { passes, prompt } of await sampleAccepted(writer, prompts, given)) {
      const places = passes.map(([read]) => read - prompts[prompt]!.length);
      // Never more than the allowed draws from one place behind the start.
      let run = 0;
      places.forEach((place, i) => {
        run = place > 0 && place === places[i - 1] ? run + 1 : 1;
        expect(run).toBeLessThanOrEqual(3);
      });
      if (places.length > 4)
        expect(places.filter((place) => place === 0).length).toBeGreaterThan(1);
    }
  });

  test('the same whatever other prompts there are, and another with another first draw', async () => {
    const given = { ...options, restart: 'line' } as const;
    const all = await sampleAccepted(writer, prompts, given);
    const [alone] = await sampleAccepted(writer, [prompts[3]!], given);
    expect(alone).toEqual({ ...all[3], prompt: 0 });
    const other = await sampleAccepted(writer, prompts, { ...given, first: 1 });
    expect(other.map(({ text }) => text)).not.toEqual(all.map(({ text }) => text));
  });

  test('every token that was drawn is counted', async () => {
    for (const { passes, drawn, tokens, attempts } of await sampleAccepted(
      writer,
      prompts,
      options,
    )) {
      expect(passes.length).toBe(attempts);
      expect(drawn).toBe(passes.reduce((sum, [, one]) => sum + one, 0));
      expect(passes.at(-1)![1]).toBe(tokens.length);
    }
  });

  test('a model without tokenizer, and attempts that are no number of times, are refused', async () => {
    await expect(sampleAccepted(model, [prompt], options)).rejects.toThrow('without tokenizer');
    await expect(sampleAccepted(writer, prompts, { ...options, attempts: 0 })).rejects.toThrow(
      'attempts 0',
    );
  });
});

function withTokenizer({ config, weights }: LanguageModel, tokenizer: Tokenizer): LanguageModel {
  return new LanguageModel(config, weights, runtime, tokenizer);
}
