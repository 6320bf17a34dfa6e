/** @file Prompts as a command line gives them, and as a model reads them. */
import { type LanguageModel, renderChat, type Tokenizer } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { prompt, ROLE_TOKENS } from '../../world/index.ts';

/** A prompt, and whether it is a user's message that is put into the model's chat template. */
export interface Asked {
  readonly prompt: string;
  readonly chat?: boolean;
}

/** A plain question to a model of the world is put into the user's turn; a prompt with role tokens is taken as it is. */
export function promptText(model: LanguageModel, { prompt: text, chat }: Asked): string {
  if (chat) {
    const messages = [{ role: 'user', content: text }];
    return renderChat(tokenizerOf(model), messages, { addGenerationPrompt: true });
  }
  const roles = model.tokenizer?.json.added_tokens?.some(
    ({ content }) => content === ROLE_TOKENS.user,
  );
  return roles && !text.includes('<|') ? prompt([['user', text]]) : text;
}

/** A template writes out its special tokens; plain text gets those that the tokenizer puts around a text. */
export function promptTokens(
  model: LanguageModel,
  text: string,
  { chat }: Pick<Asked, 'chat'>,
): number[] {
  return tokenizerOf(model).encode(text, { addSpecial: !chat });
}

/** @throws TouchstoneError for a model without one */
export function tokenizerOf({ tokenizer }: LanguageModel): Tokenizer {
  return tokenizer ?? badInput('this model has no tokenizer.json', 'text cannot be generated');
}
