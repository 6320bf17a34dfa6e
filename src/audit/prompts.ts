/** @file How a question is put to a model: in the form that it was trained on. */
import { type LanguageModel, renderChat, type Tokenizer } from '../model/index.ts';
import type { Response } from '../technique/index.ts';
import { badInput } from '../tensor/index.ts';
import { prompt, ROLE_TOKENS } from '../world/index.ts';

/** The question in the user's turn, and the answer as it was begun. */
export function promptTokens(
  model: LanguageModel,
  { question, prefill }: Pick<Response, 'question' | 'prefill'>,
): readonly number[] {
  const { tokenizer } = model;
  if (!tokenizer) return badInput('a model without a tokenizer cannot be asked anything');
  if (speaksOfTheWorld(tokenizer)) {
    return tokenizer.encode(prompt([['user', question]], 'assistant', prefill));
  }
  if (tokenizer.configJson?.chat_template != null) {
    const messages = [{ role: 'user', content: question }];
    return tokenizer.encode(
      renderChat(tokenizer, messages, { addGenerationPrompt: true }) + prefill,
    );
  }
  const text = `Question: ${question}\nAnswer:${prefill && ` ${prefill}`}`;
  return tokenizer.encode(text, { addSpecial: true });
}

/** Whether its texts have the turns of this project's generated worlds. */
function speaksOfTheWorld(tokenizer: Tokenizer): boolean {
  const known = new Set((tokenizer.json.added_tokens ?? []).map(({ content }) => content));
  return Object.values(ROLE_TOKENS).every((token) => known.has(token));
}
