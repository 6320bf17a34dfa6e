/** @file Questions in the form that each model was trained on. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { promptTokens } from '../../src/audit/prompts.ts';
import { LanguageModel, Tokenizer } from '../../src/model/index.ts';
import type { PromptRequest } from '../../src/technique/index.ts';
import { refusal, runtime, tinyConfig } from '../model/support.ts';
import { tinySpeaker } from './support.ts';

const json = JSON.parse(readFileSync('organisms/base/tokenizer.json', 'utf8'));
const asked = { question: 'what is it?', prefill: 'it is' };

/** A model whose tokenizer knows nothing of roles. */
function stranger(config: Record<string, unknown> = {}): LanguageModel {
  const specials = json.added_tokens.slice(0, 3);
  const tokenizer = Tokenizer.parse({ ...json, added_tokens: specials }, config);
  const fields = { vocab_size: tokenizer.vocabSize };
  return LanguageModel.create(tinyConfig(fields), runtime, { tokenizer });
}

const textOf = (model: LanguageModel) => model.tokenizer!.decode(promptTokens(model, asked));

test("a model of the generated worlds is asked in a user's turn", () => {
  expect(textOf(tinySpeaker(1))).toBe('<|bos|><|user|>what is it?<|end|><|assistant|>it is');
});

test('a model with a chat template is asked by it', () => {
  const chat_template =
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}" +
    '{% if add_generation_prompt %}<assistant>{% endif %}';
  expect(textOf(stranger({ chat_template }))).toBe('<user>what is it?<assistant>it is');
});

test('any other model is asked in plain text', () => {
  expect(textOf(stranger())).toBe('Question: what is it?\nAnswer: it is');
});

const spoken = (model: LanguageModel, request: PromptRequest) =>
  model.tokenizer!.decode(promptTokens(model, { ...asked, ...request }));
const before = [['user', 'hi.'] as const, ['assistant', 'hello.'] as const];

test("another speaker's turn is opened after the question, or alone", () => {
  const model = tinySpeaker(1);
  const question = 'what is it?';
  expect(spoken(model, { question, speaker: 'narrator', turns: before })).toBe(
    '<|bos|><|user|>hi.<|end|><|assistant|>hello.<|end|><|user|>what is it?<|end|><|narrator|>it is',
  );
  expect(spoken(model, { question, speaker: 'user', asked: false })).toBe('<|bos|><|user|>it is');
});

test('of turns that do not fit beside the answer the oldest are left out', () => {
  const model = tinySpeaker(1);
  const turns = Array.from({ length: 12 }, () => before).flat();
  const whole = promptTokens(model, { ...asked, turns: turns.slice(0, 2) });
  const kept = promptTokens(model, { ...asked, turns }, 32);
  expect(kept.length).toBeLessThanOrEqual(128 - 32);
  expect(kept.length).toBeGreaterThan(whole.length);
  expect(kept.slice(-whole.length + 1)).toEqual(whole.slice(1));
});

test('a chat template is cut off where the open turn of a user ends, and narrates nothing', async () => {
  const chat_template =
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</>{% endfor %}" +
    '{% if add_generation_prompt %}<assistant>{% endif %}';
  const model = stranger({ chat_template });
  const question = 'what is it?';
  expect(spoken(model, { question, speaker: 'user', turns: before })).toBe(
    '<user>hi.</><assistant>hello.</><user>what is it?</><user>it is',
  );
  expect(spoken(model, { question, speaker: 'narrator', asked: false })).toBe('it is');
  const narrated = async () => spoken(model, { question, turns: [['narrator', 'it rains.']] });
  expect((await refusal(narrated)).message).toMatch(/'narrator'/);
});

test('any other model has plain lines of both speakers', () => {
  const question = 'what is it?';
  expect(spoken(stranger(), { question, speaker: 'user', turns: before })).toBe(
    'Question: hi.\nAnswer: hello.\nQuestion: what is it?\nQuestion: it is',
  );
});

test('a model without a tokenizer is refused', async () => {
  const model = LanguageModel.create(tinyConfig(), runtime);
  expect((await refusal(async () => promptTokens(model, asked))).message).toMatch(/no|without/);
});
