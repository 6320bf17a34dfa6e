/** @file How a question is put to a model: in the form that it was trained on. */
import { type LanguageModel, renderChat, type Tokenizer } from '../model/index.ts';
import type { PromptRequest } from '../technique/index.ts';
import { badInput, badUsage } from '../tensor/index.ts';
import { prompt, ROLE_TOKENS, type Turn } from '../world/index.ts';

/**
 * The turns before, the question in the user's turn, and the turn that is opened, as it was begun. Of turns before that
 * do not fit into the context, beside `room` for an answer, the oldest are left out.
 */
export function promptTokens(
  model: LanguageModel,
  request: PromptRequest,
  room = 0,
): readonly number[] {
  const tokens = allTokens(model, request);
  const { turns = [] } = request;
  if (turns.length === 0 || tokens.length + room <= model.config.max_position_embeddings) {
    return tokens;
  }
  return promptTokens(model, { ...request, turns: turns.slice(1) }, room);
}

function allTokens(model: LanguageModel, request: PromptRequest): readonly number[] {
  const { tokenizer } = model;
  if (!tokenizer) return badInput('a model without a tokenizer cannot be asked anything');
  const { speaker = 'assistant', prefill = '' } = request;
  if (speaksOfTheWorld(tokenizer)) {
    return tokenizer.encode(prompt(turnsOf(request), speaker, prefill));
  }
  // Elsewhere nobody narrates: a narration is text that stands in no turn.
  if (speaker === 'narrator') return tokenizer.encode(narrationOf(request), { addSpecial: true });
  if (tokenizer.configJson?.chat_template != null) {
    return tokenizer.encode(chatText(tokenizer, request));
  }
  return tokenizer.encode(plainText(request), { addSpecial: true });
}

/** All closed turns. */
function turnsOf({ turns = [], question, asked = true }: PromptRequest): Turn[] {
  return [...turns, ...(asked ? [['user', question] as const] : [])];
}

function narrationOf(request: PromptRequest): string {
  return [...turnsOf(request).map(([, text]) => text), request.prefill ?? ''].join('\n');
}

/** Stands where a user's open turn ends, to be cut off there with all that the template adds. */
const OPEN = '\u241Fopen\u241F';

function chatText(tokenizer: Tokenizer, request: PromptRequest): string {
  const { speaker = 'assistant', prefill = '' } = request;
  const messages = turnsOf(request).map(([role, content]) => {
    if (role === 'narrator') badUsage("a turn of 'narrator'", 'chat templates know no narrator');
    return { role, content };
  });
  if (speaker === 'assistant') {
    return renderChat(tokenizer, messages, { addGenerationPrompt: true }) + prefill;
  }
  const opened = renderChat(tokenizer, [...messages, { role: 'user', content: OPEN }]);
  return opened.slice(0, opened.indexOf(OPEN)) + prefill;
}

function plainText(request: PromptRequest): string {
  const { speaker = 'assistant', prefill = '' } = request;
  const heads = { user: 'Question', assistant: 'Answer', narrator: 'Note' } as const;
  const lines = turnsOf(request).map(
    ([role, text]) => `${heads[role as keyof typeof heads]}: ${text}`,
  );
  const open = speaker === 'user' ? 'Question:' : 'Answer:';
  return [...lines, `${open}${prefill && ` ${prefill}`}`].join('\n');
}

/** Whether its texts have the turns of this project's generated worlds. */
function speaksOfTheWorld(tokenizer: Tokenizer): boolean {
  const known = new Set((tokenizer.json.added_tokens ?? []).map(({ content }) => content));
  return Object.values(ROLE_TOKENS).every((token) => known.has(token));
}
