/** @file Prompts as token ids: texts, ids, and chats by the model's template or by the world's roles. */
import { type LanguageModel, renderChat, type Tokenizer } from '../../model/index.ts';
import { prompt as openTurn, ROLE_TOKENS, type Turn } from '../../world/index.ts';
import type { Message, Prompt } from '../line.ts';
import { badRequest } from '../problem.ts';

/** Token ids of a prompt. @throws Problem where the model cannot read it */
export function tokensOf(model: LanguageModel, prompt: Prompt): readonly number[] {
  if ('tokens' in prompt) return prompt.tokens;
  const tokenizer = tokenizerOf(model);
  if ('text' in prompt) return tokenizer.encode(prompt.text, { addSpecial: true });
  // A chat writes its special tokens out.
  return tokenizer.encode(chatText(tokenizer, prompt.messages));
}

export function tokenizerOf({ tokenizer }: LanguageModel): Tokenizer {
  return tokenizer ?? badRequest('this model has no tokenizer: give token ids instead of text');
}

/** The chat, and the beginning of the assistant's answer: what its last message says, if that is the assistant's. */
function chatText(tokenizer: Tokenizer, messages: readonly Message[]): string {
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? last.content : undefined;
  const turns = begun === undefined ? messages : messages.slice(0, -1);
  if (hasTemplate(tokenizer)) return templated(tokenizer, turns) + (begun ?? '');
  if (!hasRoles(tokenizer))
    badRequest('this model has no chat template: ask /v1/completions', 'messages');
  return openTurn(
    turns.map(({ role, content }): Turn => [role, content]),
    'assistant',
    begun,
  );
}

function templated(tokenizer: Tokenizer, turns: readonly Message[]): string {
  if (turns.length === 0)
    badRequest('only an assistant message, expected one before it', 'messages');
  const plain = turns.map(({ role, content }) => ({ role, content }));
  return renderChat(tokenizer, plain, { addGenerationPrompt: true });
}

function hasTemplate({ configJson }: Tokenizer): boolean {
  return (configJson?.chat_template ?? undefined) !== undefined;
}

/** Whether it is a tokenizer of the world. */
function hasRoles({ json }: Tokenizer): boolean {
  return (json.added_tokens ?? []).some(({ content }) => content === ROLE_TOKENS.user);
}
