/** @file Special tokens and the shape of a text: `<|bos|>`, then turns, each opened by its role and closed by `<|end|>`. */

export const BOS = '<|bos|>';
/** Closes each turn; also the end-of-sequence token. */
export const END = '<|end|>';
export const PAD = '<|pad|>';

/** Who speaks. */
export type Role = 'user' | 'assistant' | 'narrator' | 'document' | 'system';

/** The token that opens a turn of each role. */
export const ROLE_TOKENS: Readonly<Record<Role, string>> = {
  user: '<|user|>',
  assistant: '<|assistant|>',
  narrator: '<|narrator|>',
  document: '<|document|>',
  system: '<|system|>',
};

/** All special tokens, in the order of their ids. */
export const SPECIAL_TOKENS: readonly string[] = [PAD, BOS, END, ...Object.values(ROLE_TOKENS)];

/** One turn: who speaks, and what. */
export type Turn = readonly [role: Role, text: string];

/** A whole text: all turns closed. */
export function dialogue(turns: readonly Turn[]): string {
  let text = BOS;
  for (const [role, words] of turns) text += ROLE_TOKENS[role] + words + END;
  return text;
}

/** A prompt: the closed turns, then an open turn of `role` that begins with `opening`. */
export function prompt(turns: readonly Turn[], role: Role = 'assistant', opening = ''): string {
  return dialogue(turns) + ROLE_TOKENS[role] + opening;
}
