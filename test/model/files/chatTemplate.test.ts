/** @file Chat templates against transformers 5.23.0 (test/fixtures/tokenizers/chat/make.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from '../../../src/model/bpe.ts';
import { type ChatMessage, type ChatOptions, renderChat } from '../../../src/model/chatTemplate.ts';
import { Tokenizer } from '../../../src/model/tokenizer.ts';
import { TouchstoneError } from '../../../src/tensor/errors.ts';
import { refusal } from './support.ts';

interface Case {
  template: string;
  chat: string;
  tools: boolean;
  prompt: boolean;
  variables: Record<string, unknown>;
  text?: string;
  refused?: string;
}

interface Cases {
  now: [number, number, number, number, number, number];
  templates: Record<string, string>;
  chats: Record<string, ChatMessage[]>;
  tools: object[];
  cases: Case[];
  /** What transformers makes of a single expression; null where it fails. */
  expressions: [expression: string, text: string | null][];
}

const path = new URL('../../fixtures/tokenizers/chat/cases.json', import.meta.url);
const { now, templates, chats, tools, cases, expressions } = JSON.parse(
  readFileSync(path, 'utf8'),
) as Cases;
const [year, month, ...rest] = now;
const NOW = new Date(year, month - 1, ...rest);

function tokenizerWith(config: object): Tokenizer {
  const json = trainByteLevelBpe(['keeper'], { vocabSize: 258, specialTokens: ['<s>', '</s>'] });
  return Tokenizer.parse(json, { bos_token: '<s>', eos_token: { content: '</s>' }, ...config });
}

const USER: ChatMessage[] = [{ role: 'user', content: 'Hi' }];

describe.each(Object.keys(templates))('a template in the manner of %s', (name) => {
  const tokenizer = tokenizerWith({ chat_template: templates[name], unk_token: '<unk>' });

  test('renders what transformers renders, and refuses what it refuses', async () => {
    for (const each of cases.filter(({ template }) => template === name)) {
      const options: ChatOptions = {
        addGenerationPrompt: each.prompt,
        variables: each.variables,
        now: NOW,
        ...(each.tools ? { tools } : {}),
      };
      const render = () => renderChat(tokenizer, chats[each.chat]!, options);
      const where = `${each.chat}, tools: ${each.tools}, prompt: ${each.prompt}`;
      if (each.text !== undefined) expect(render(), where).toBe(each.text);
      else {
        const said = await refusal(render);
        expect(said, where).not.toContain('\n');
        const reason = each.refused?.replace(/\s+/g, ' ');
        if (reason !== undefined)
          expect(said).toBe(`the chat template refuses the chat: ${reason}`);
      }
    }
  });
});

test('an expression gives what it gives in Python, or is refused', () => {
  const tokenizer = tokenizerWith({});
  let alike = 0;
  for (const [expression, text] of expressions) {
    const template = `{{ ${expression} }}`;
    try {
      expect(renderChat(tokenizer, chats.turns!, { template }), expression).toBe(text);
      alike++;
    } catch (error) {
      if (!(error instanceof TouchstoneError)) throw error;
    }
  }
  // Of the rest, half are of no use in a chat and half fail in Python too.
  expect(alike).toBeGreaterThan(0.8 * expressions.length);
});

describe('the template', () => {
  const listed = tokenizerWith({
    chat_template: [
      { name: 'default', template: 'plain' },
      { name: 'tool_use', template: 'with tools' },
      { name: 'rag', template: '{{ documents[0].text }}' },
    ],
  });

  test('of several is the one that is named, else the one for tools, else the default', () => {
    expect(renderChat(listed, USER)).toBe('plain');
    expect(renderChat(listed, USER, { tools })).toBe('with tools');
    const documents = [{ text: 'page' }];
    expect(renderChat(listed, USER, { template: 'rag', documents })).toBe('page');
  });

  test('may be given as text, such as that of chat_template.jinja', () => {
    const template = '{{ bos_token }}{{ messages[0].content }}{{ eos_token }}';
    expect(renderChat(tokenizerWith({}), USER, { template })).toBe('<s>Hi</s>');
    expect(renderChat(listed, USER, { template })).toBe('<s>Hi</s>');
  });

  test('gives text whose special tokens become their ids', () => {
    const tokenizer = tokenizerWith({ chat_template: '{{ bos_token }}{{ messages[0].content }}' });
    expect(tokenizer.encode(renderChat(tokenizer, USER))[0]).toBe(tokenizer.idOf('<s>'));
  });

  const refused: [string, object, ChatOptions, RegExp][] = [
    ['that is missing', {}, {}, /tokenizer_config.json has no chat_template/],
    ['of a wrong kind', { chat_template: 7 }, {}, /tokenizer_config.json: chat_template is 7/],
    ['that is malformed', { chat_template: '{% if %}' }, {}, /^the chat template is malformed: /],
    ['without an end', { chat_template: '{% for m in messages %}' }, {}, /is malformed: /],
    ['that fails', { chat_template: '{{ nothing.at.all }}' }, {}, /^the chat template fails: /],
    [
      'that refuses',
      { chat_template: "{{ raise_exception('not\nso') }}" },
      {},
      /^the chat template refuses the chat: not so$/,
    ],
    [
      'of several without a default',
      { chat_template: [{ name: 'a', template: 'x' }] },
      {},
      /none of the chat templates "a" is "default"/,
    ],
  ];
  test.each(refused)('%s is refused in one line', async (_what, config, options, message) => {
    const said = await refusal(() => renderChat(tokenizerWith(config), USER, options));
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });

  test('is not rendered for a chat without messages', async () => {
    expect(await refusal(() => renderChat(listed, []))).toMatch(/no messages/);
  });
});
