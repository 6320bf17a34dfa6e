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

const OPENS = new RegExp(
  Object.values(ROLE_TOKENS)
    .map((token) => token.replaceAll('|', '\\|'))
    .join('|'),
  'g',
);

const ROLE_OF = new Map(
  Object.entries(ROLE_TOKENS).map(([role, token]) => [token, role as Role] as const),
);

/** What a text or a prompt is made of: its closed turns, and the last one where it is still open. */
export interface Spoken {
  readonly closed: readonly Turn[];
  readonly open?: Turn;
}

/** Reads back what {@link dialogue} or {@link prompt} wrote. */
export function turnsIn(text: string): Spoken {
  const heads = [...text.matchAll(OPENS)];
  const turns = heads.map((head, i) => {
    const said = text.slice(head.index + head[0].length, heads[i + 1]?.index);
    return { role: ROLE_OF.get(head[0])!, said };
  });
  const closed = turns.flatMap(({ role, said }): Turn[] =>
    said.endsWith(END) ? [[role, said.slice(0, -END.length)]] : [],
  );
  const last = turns.at(-1);
  return last && !last.said.endsWith(END) ? { closed, open: [last.role, last.said] } : { closed };
}
