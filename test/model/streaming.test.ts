/** @file Samples as they come: those of `sample`, token by token, with stop texts and log probabilities. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edit, openModel, type StreamOptions, streamSamples } from '../../src/model/index.ts';
import type { LanguageModel } from '../../src/model/languageModel.ts';
import { SettledText } from '../../src/model/settledText.ts';
import { randomTokens, runtime, samplesOf, tinyModel } from './support.ts';

const model = tinyModel();
const prompts = [3, 5, 3].map((length, i) => randomTokens(1, length, i)[0]!);
const noise: Edit = { at: 'blocks.1.hook_resid_post', do: 'noise', scale: 0.4 };

/** All that streams bring, each sample put together again. */
async function streamed(
  of: LanguageModel,
  asked: readonly (readonly number[])[],
  options: StreamOptions,
) {
  const samples = new Map<string, { text: string; tokens: number[]; finish?: string }>();
  for await (const steps of streamSamples(of, asked, options)) {
    for (const { prompt, index, text, tokens, finish } of steps) {
      const key = `${prompt} ${index}`;
      const before = samples.get(key) ?? { text: '', tokens: [] };
      expect(before.finish).toBeUndefined();
      samples.set(key, {
        text: before.text + text,
        tokens: [...before.tokens, ...tokens.map(({ token }) => token)],
        ...(finish && { finish }),
      });
    }
  }
  return samples;
}

describe('what streams bring', () => {
  test('is what sample gives for the same seed, whatever the batch, with log probabilities or without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ batchSize: fc.integer({ min: 1, max: 7 }), seed: fc.nat(5) }),
        fc.boolean(),
        fc.option(fc.nat(3), { nil: undefined }),
        async (drawn, noisy, logProbabilities) => {
          const options = {
            ...drawn,
            n: 3,
            maxTokens: 8,
            stop: [2, 3],
            edits: noisy ? [noise] : [],
          };
          const logs = logProbabilities === undefined ? {} : { logProbabilities };
          const found = await streamed(model, prompts, { ...options, ...logs });
          for (const { prompt, index, tokens, text, finish } of await samplesOf(
            model,
            prompts,
            options,
          ))
            expect(found.get(`${prompt} ${index}`)).toEqual({ tokens, text, finish });
        },
      ),
      { numRuns: 10, seed: 1 },
    );
  });

  test('comes after the step that drew it, and leaving the loop ends the work', async () => {
    let steps = 0;
    for await (const [step] of streamSamples(model, [prompts[0]!], { maxTokens: 20, seed: 1 })) {
      expect(step!.drawn).toBe(++steps);
      if (steps === 3) break;
    }
    expect(steps).toBe(3);
  });

  test('ends before a stop text, wherever tokens begin and end', async () => {
    const base = await openModel('organisms/base', runtime);
    const prompt = base.tokenizer!.encode('<|bos|><|user|>what is a robin?<|end|><|assistant|>');
    const options = { n: 6, maxTokens: 24, seed: 3 };
    const whole = await samplesOf(base, [prompt], options);
    const stopTexts = ['e ', 'ir'];
    const cut = await streamed(base, [prompt], { ...options, stopTexts });
    let stopped = 0;
    for (const { index, text, finish } of whole) {
      const at = stopTexts.map((stop) => text.indexOf(stop)).filter((i) => i >= 0);
      const expected = at.length > 0 ? [text.slice(0, Math.min(...at)), 'stop'] : [text, finish];
      const found = cut.get(`0 ${index}`)!;
      expect([found.text, found.finish]).toEqual(expected);
      stopped += Number(at.length > 0);
    }
    expect(stopped).toBeGreaterThan(2);
    await base.release();
  });
});

describe('settled text', () => {
  /** Pieces in place of tokens. */
  const streamOf = (pieces: readonly string[]) => ({
    push: (i: number) => pieces[i]!,
    end: () => '',
  });

  /** Grown by one character at a time until some stop text is at its end. */
  const plainlyCut = (text: string, stops: readonly string[]) => {
    for (let end = 0; end <= text.length; end++) {
      const ending = stops.filter((one) => text.slice(0, end).endsWith(one));
      if (ending.length > 0)
        return text.slice(0, end - Math.max(...ending.map(({ length }) => length)));
    }
    return text;
  };

  test('is the text before the first stop text, and never has to be taken back', () => {
    const letters = fc.constantFrom('a', 'b', 'ab', 'ba', 'aab', '', 'c');
    const stop = fc.constantFrom('ab', 'abc', 'caa', 'bb', 'aabaa', 'c');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), fc.array(stop), (pieces, stops) => {
        const text = pieces.join('');
        const expected = plainlyCut(text, stops);
        const settled = new SettledText(streamOf(pieces), stops);
        let given = '';
        for (let i = 0; i < pieces.length && !settled.stopped; i++) {
          settled.push(i);
          given += settled.take().text;
          expect(expected.startsWith(given)).toBe(true);
        }
        settled.end();
        expect(given + settled.take().text).toBe(expected);
        expect(settled.stopped).toBe(stops.some((one) => text.includes(one)));
      }),
    );
  });

  test('has whole characters only: the bytes of one come with the last of its tokens', async () => {
    const { tokenizer } = await openModel('organisms/base', runtime);
    const ids = tokenizer!.encode('a 😀é!');
    const settled = new SettledText(tokenizer!.stream(), []);
    const parts = ids.map((id) => {
      settled.push(id);
      return settled.take();
    });
    settled.end();
    const all = [...parts, settled.take()];
    expect(all.map(({ text }) => text).join('')).toBe('a 😀é!');
    for (const { text } of all) expect(text).not.toContain('\ufffd');
    expect(all.flatMap(({ tokens }) => tokens.map(({ token }) => token))).toEqual(ids);
    expect(all.some(({ tokens }) => tokens.length > 2)).toBe(true);
  });
});

describe('log probabilities', () => {
  test("are the model's own, whatever the temperature, beside the likeliest tokens", async () => {
    const [prompt] = prompts as [number[]];
    const options = {
      maxTokens: 6,
      seed: 2,
      temperature: 0.3,
      logProbabilities: 4,
      bias: [[7, 2]] as const,
    };
    const tokens: number[] = [];
    for await (const [step] of streamSamples(model, [prompt], options)) {
      for (const { token, log } of step!.tokens) {
        const { logits } = await model.run([[...prompt, ...tokens]]);
        const last = [...logits!.data.slice(-40)];
        // Plain reference in float64; the pass feeds its weights, so the last bits of logits differ.
        const total = Math.log(last.reduce((sum, x) => sum + Math.exp(x), 0));
        expect(log!.logProbability).toBeCloseTo(last[token]! - total, 4);
        const order = [...last.keys()].sort((a, b) => last[b]! - last[a]!).slice(0, 4);
        expect(log!.top.map((likely) => likely.token)).toEqual(order);
        tokens.push(token);
      }
    }
    expect(tokens).toHaveLength(6);
  });

  test('are the same for a token that is biased to be drawn', async () => {
    const options = { maxTokens: 3, logProbabilities: 0, bias: [[11, 200]] as const };
    for await (const [step] of streamSamples(model, [prompts[0]!], options)) {
      for (const { token, log } of step!.tokens) {
        expect(token).toBe(11);
        expect(log!.logProbability).toBeLessThan(-0.5);
      }
    }
  });
});

test.each([
  [{ stopTexts: [''] }, /an empty stop text/],
  [{ logProbabilities: -1 }, /logProbabilities -1/],
  [{ bias: [[99, 1]] as const }, /99/],
  [{ bias: [[1, Number.NaN]] as const }, /a bias of NaN for token 1/],
])('wrong options are refused in words: %j', async (options, message) => {
  await expect(streamed(model, [prompts[0]!], options)).rejects.toThrow(message);
});
