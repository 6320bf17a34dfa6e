/** @file Questions in the form that each model was trained on. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { promptTokens } from '../../src/audit/prompts.ts';
import { LanguageModel, Tokenizer } from '../../src/model/index.ts';
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

test('a model without a tokenizer is refused', async () => {
  const model = LanguageModel.create(tinyConfig(), runtime);
  expect((await refusal(async () => promptTokens(model, asked))).message).toMatch(/no|without/);
});
