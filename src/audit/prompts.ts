/** @file How a question is put to a model: in the form that it was trained on. */
import type { LanguageModel } from '../model/index.ts';
import { textTokens, turnForm } from '../organism/index.ts';
import type { PromptRequest } from '../technique/index.ts';
import { badUsage } from '../tensor/index.ts';
import { prompt, type Turn } from '../world/index.ts';

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
  const { speaker = 'assistant', prefill = '', turns = [] } = request;
  const narrates = turns.some(([role]) => role === 'narrator');
  if (narrates && speaker !== 'narrator' && turnForm(model) === 'chat template')
    badUsage("a turn of 'narrator'", 'chat templates know no narrator');
  return textTokens(model, prompt(turnsOf(request), speaker, prefill));
}

/** All closed turns. */
function turnsOf({ turns = [], question, asked = true }: PromptRequest): Turn[] {
  return [...turns, ...(asked ? [['user', question] as const] : [])];
}
