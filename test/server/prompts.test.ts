/** @file Chats as prompts: by the model's template, by the world's roles, or refused in words. */
import { expect, test } from 'vitest';
import { LanguageModel, Tokenizer } from '../../src/model/index.ts';
import { tokensOf } from '../../src/server/host/prompts.ts';
import { keeper } from './support.ts';

const base = await keeper();
const { json } = base.tokenizer!;
const withTokenizer = (tokenizer?: Tokenizer) =>
  new LanguageModel(base.config, base.weights, base.runtime, tokenizer);

const TEMPLATE =
  '{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}';
const templated = withTokenizer(Tokenizer.parse(json, { chat_template: TEMPLATE }));
const user = { role: 'user', content: 'what is it?' } as const;
const system = { role: 'system', content: 'a robin.' } as const;
const begun = { role: 'assistant', content: 'it is' } as const;

test('a template of the model renders the chat, and an answer that is begun goes behind it', () => {
  const read = (...messages: (typeof user | typeof system | typeof begun)[]) =>
    templated.tokenizer!.decode(tokensOf(templated, { messages }));
  expect(read(system, user)).toBe('[system] a robin.\n[user] what is it?\n[assistant] ');
  expect(read(user, begun)).toBe('[user] what is it?\n[assistant] it is');
  expect(read(user, begun, user)).toBe(
    '[user] what is it?\n[assistant] it is\n[user] what is it?\n[assistant] ',
  );
});

test('models of the world read a chat as their turns', () => {
  const text = base.tokenizer!.decode(tokensOf(base, { messages: [system, user, begun] }));
  expect(text).toBe('<|bos|><|system|>a robin.<|end|><|user|>what is it?<|end|><|assistant|>it is');
});

test('a model without template and roles, or without tokenizer, says so', () => {
  const plain = withTokenizer(Tokenizer.parse({ ...json, added_tokens: [] }));
  expect(() => tokensOf(plain, { messages: [user] })).toThrow(/no chat template/);
  expect(() => tokensOf(templated, { messages: [begun] })).toThrow(/only an assistant message/);
  expect(() => tokensOf(withTokenizer(), { text: 'a' })).toThrow(/no tokenizer/);
  expect(tokensOf(withTokenizer(), { tokens: [1, 2] })).toEqual([1, 2]);
});
