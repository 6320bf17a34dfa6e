/** @file Chats as the text that a model was trained on: Jinja templates, rendered as transformers renders them. */
import type { Template } from '@huggingface/jinja';
import { z } from 'zod';
import { badInput, badUsage, TouchstoneError } from '../tensor/errors.ts';
import { parseTemplate, renderTemplate } from './jinja/interpreter.ts';
import { checkShape } from './json.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One message. Templates may look at any other field too, such as `tool_calls`. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly [field: string]: unknown;
}

/** How to render a chat. */
export interface ChatOptions {
  /** Whether to end with the header of the assistant's next message. Default: false. */
  readonly addGenerationPrompt?: boolean;
  /** JSON schemas of the tools that the assistant may call. */
  readonly tools?: readonly object[];
  /** Texts to answer from, for templates that know of them. */
  readonly documents?: readonly object[];
  /** The text of a template, such as that of `chat_template.jinja`, or the name of one in the config. */
  readonly template?: string;
  /** Further variables of the template; they go before special tokens of the same name. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What `strftime_now` takes for the present, in local time. Default: the present. */
  readonly now?: Date;
}

const token = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const named = z.array(z.object({ name: z.string(), template: z.string() }));
const chatConfig = z.looseObject({
  chat_template: z.union([z.string(), named]).nullish(),
  bos_token: token,
  eos_token: token,
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
});
type ChatConfig = z.infer<typeof chatConfig>;

const SPECIAL_TOKENS = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/**
 * The text of a chat, by the template in the tokenizer's config or the one that is given. Special
 * tokens stand in the text: encode it without adding others.
 *
 * Templates see what transformers shows them: `messages`, `tools`, `documents`,
 * `add_generation_prompt`, the special tokens (`bos_token` and so on), `raise_exception` and
 * `strftime_now`; the line break after a block and the space before one are removed.
 *
 * @throws TouchstoneError when there is no template, or it is malformed, fails, or refuses the chat
 */
export function renderChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: ChatOptions = {},
): string {
  if (messages.length === 0) badUsage('the chat has no messages, expected at least one');
  const config = checkShape(chatConfig, tokenizer.configJson ?? {}, 'tokenizer_config.json');
  const template = compile(chooseTemplate(config, options));
  const variables = {
    messages: messages.map(prepared),
    tools: options.tools ?? null,
    documents: options.documents ?? null,
    add_generation_prompt: options.addGenerationPrompt ?? false,
    strftime_now: (format: string) => strftime(options.now ?? new Date(), format),
    ...specialTokens(config),
    ...options.variables,
  };
  return inOneLine('the chat template fails', () =>
    renderTemplate(template, { ...GLOBALS, ...variables }),
  );
}

/** What every template knows. */
const GLOBALS = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: refuse,
  range,
};

/** Python's `range`. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length }, (_, i) => start + i * step);
}

/** As transformers chooses: by name, else `tool_use` where there are tools, else `default`. */
function chooseTemplate({ chat_template: own }: ChatConfig, options: ChatOptions): string {
  const { template, tools } = options;
  if (!Array.isArray(own)) {
    return template ?? own ?? badInput(...NO_TEMPLATE);
  }
  const byName = new Map(own.map((each) => [each.name, each.template]));
  if (template !== undefined) return byName.get(template) ?? template;
  const found = (tools && byName.get('tool_use')) ?? byName.get('default');
  if (found !== undefined) return found;
  const names = [...byName.keys()].map((name) => JSON.stringify(name)).join(', ');
  return badUsage(`none of the chat templates ${names} is "default"`, 'name one of them');
}

const NO_TEMPLATE = [
  'tokenizer_config.json has no chat_template',
  'give a template, or use a model that was trained on chats',
] as const;

const REASONING_FIELDS = ['reasoning_content', 'thinking', 'reasoning'];

/** A message without empty fields, and with its reasoning under the names that templates know. */
function prepared(message: ChatMessage): Record<string, unknown> {
  const fields = Object.fromEntries(Object.entries(message).filter(([, value]) => value != null));
  const name = REASONING_FIELDS.find((field) => fields[field] !== undefined);
  if (name === undefined) return fields;
  return { thinking: fields[name], ...fields, reasoning_content: fields[name] };
}

function specialTokens(config: ChatConfig): Record<string, string> {
  return Object.fromEntries(
    SPECIAL_TOKENS.flatMap((role) => {
      const special = config[role];
      if (special == null) return [];
      return [[role, typeof special === 'string' ? special : special.content]];
    }),
  );
}

/** Compiled templates; a model has one or two. */
const compiled = new Map<string, Template>();
const MAX_COMPILED = 16;

function compile(text: string): Template {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const template = inOneLine('the chat template is malformed', () => parseTemplate(text));
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(text, template);
  return template;
}

function refuse(message: unknown): never {
  badInput(`the chat template refuses the chat: ${oneLine(String(message))}`);
}

function inOneLine<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof TouchstoneError) throw cause;
    const reason = oneLine(String((cause as Error)?.message ?? cause));
    throw new TouchstoneError('input', `${what}: ${reason}`, { cause });
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

const MONTHS =
  'January February March April May June July August September October November December';
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday';

/** Dates as Python's `strftime` writes them in the C locale; other directives are left as they are. */
function strftime(date: Date, format: string): string {
  const month = MONTHS.split(' ')[date.getMonth()]!;
  const day = DAYS.split(' ')[date.getDay()]!;
  const two = (value: number) => String(value).padStart(2, '0');
  const values: Record<string, string> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: two(date.getHours()),
    I: two(date.getHours() % 12 || 12),
    p: date.getHours() < 12 ? 'AM' : 'PM',
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    '%': '%',
  };
  return format.replace(/%([%a-zA-Z])/g, (directive, name: string) => values[name] ?? directive);
}
