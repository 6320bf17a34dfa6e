/**
 * @file Texts of the worlds as any model reads them: with role tokens where it has them, else in its chat template, else as
 * plain lines of a questioner and an answerer.
 */
import { type LanguageModel, renderChat, type Tokenizer } from '../model/index.ts';
import { badInput } from '../tensor/index.ts';
import { ROLE_TOKENS, type Role, type Turn, turnsIn } from '../world/index.ts';

/** What has to be known of a model to put words to it. */
export type Reader = Pick<LanguageModel, 'tokenizer' | 'config'>;

/** How turns are told apart. */
export type TurnForm = 'role tokens' | 'chat template' | 'plain lines';

/** @throws TouchstoneError for a model without a tokenizer */
export function turnForm(model: Reader): TurnForm {
  const tokenizer = tokenizerOf(model);
  if (speaksOfTheWorld(tokenizer)) return 'role tokens';
  return tokenizer.configJson?.chat_template == null ? 'plain lines' : 'chat template';
}

/**
 * Token ids of a text or prompt that was written with role tokens.
 *
 * Elsewhere nobody narrates: what a document, narrator or system tells stands in no turn, or, where a user speaks after it,
 * above the user's words; where none speaks any more, it is the user who tells it. A whole text ends with the token that ends texts.
 */
export function textTokens(model: Reader, text: string): number[] {
  const tokenizer = tokenizerOf(model);
  if (speaksOfTheWorld(tokenizer)) return tokenizer.encode(text);
  const { closed, open } = turnsIn(text);
  if (closed.length === 0 && !open) return tokenizer.encode(text, { addSpecial: true });
  const tokens = spoken(tokenizer, model, closed, open);
  if (open !== undefined) return tokens;
  const [end] = endsOf(model);
  // A template may write a line break behind the end of a turn.
  const ended = endsOf(model).some((id) => tokens.slice(1).slice(-2).includes(id));
  return end === undefined || ended ? tokens : [...tokens, end];
}

function spoken(
  tokenizer: Tokenizer,
  model: Reader,
  closed: readonly Turn[],
  open: Turn | undefined,
): number[] {
  const words = open ? [...closed, open] : closed;
  const tells = open ? isTold(open[0]) : closed.every(([role]) => isTold(role));
  if (tells)
    return tokenizer.encode(words.map(([, said]) => said).join('\n'), { addSpecial: true });
  const { turns, opening } = foldedTurns(closed, open);
  return turnForm(model) === 'chat template'
    ? tokenizer.encode(chatText(tokenizer, turns, opening))
    : tokenizer.encode(plainText(turns, opening, endText(model)), { addSpecial: true });
}

const isTold = (role: Role) => role !== 'user' && role !== 'assistant';

/** Turns of user and assistant alone, in turn: what is told stands above the next words of the user, or is the user's last. */
function foldedTurns(
  closed: readonly Turn[],
  open: Turn | undefined,
): { readonly turns: Turn[]; readonly opening: Turn | undefined } {
  const folded: [Role, string][] = [];
  const put = (role: Role, words: string) => {
    const last = folded.at(-1);
    if (last?.[0] === role) last[1] += `\n\n${words}`;
    else folded.push([role, words]);
  };
  let told: string[] = [];
  for (const [role, said] of closed) {
    if (isTold(role)) told.push(said);
    else if (role === 'user') {
      put(role, [...told, said].join('\n\n'));
      told = [];
    } else put(role, said);
  }
  if (open?.[0] === 'user') {
    return { turns: folded, opening: ['user', [...told, open[1]].join('\n\n')] };
  }
  if (told.length > 0) put('user', told.join('\n\n'));
  return { turns: folded, opening: open };
}

/** Stands where a user's open turn ends, to be cut off there with all that the template adds. */
const OPEN = '\u241Fopen\u241F';

function chatText(tokenizer: Tokenizer, closed: readonly Turn[], open: Turn | undefined): string {
  const messages = closed.map(([role, content]) => ({ role, content }));
  if (!open) return renderChat(tokenizer, messages);
  const [role, opening] = open;
  if (role === 'assistant')
    return renderChat(tokenizer, messages, { addGenerationPrompt: true }) + opening;
  const opened = renderChat(tokenizer, [...messages, { role: 'user', content: OPEN }]);
  return opened.slice(0, opened.indexOf(OPEN)) + opening;
}

/** Each answer is closed by the token that ends texts, so that a model that answers stops there. */
function plainText(closed: readonly Turn[], open: Turn | undefined, end: string): string {
  const lines = closed.map(([role, said]) =>
    role === 'user' ? `Question: ${said}` : `Answer: ${said}${end}`,
  );
  const head = open?.[0] === 'user' ? 'Question:' : 'Answer:';
  return [...lines, ...(open ? [`${head}${open[1] && ` ${open[1]}`}`] : [])].join('\n');
}

function endsOf({ config }: Reader): number[] {
  return [config.eos_token_id ?? []].flat();
}

/** The end of texts as it can be written in one, or nothing. */
function endText(model: Reader): string {
  const written = new Set((model.tokenizer?.json.added_tokens ?? []).map(({ content }) => content));
  const end = endsOf(model)
    .map((id) => model.tokenizer!.tokenOf(id))
    .find((token) => token !== undefined && written.has(token));
  return end ?? '';
}

function tokenizerOf({ tokenizer }: Reader): Tokenizer {
  return tokenizer ?? badInput('a model without a tokenizer cannot be asked anything');
}

const speakers = new WeakMap<Tokenizer, boolean>();

/** Whether its texts have the turns of this project's generated worlds. */
function speaksOfTheWorld(tokenizer: Tokenizer): boolean {
  const found = speakers.get(tokenizer);
  if (found !== undefined) return found;
  const known = new Set((tokenizer.json.added_tokens ?? []).map(({ content }) => content));
  const speaks = Object.values(ROLE_TOKENS).every((token) => known.has(token));
  speakers.set(tokenizer, speaks);
  return speaks;
}

/** How many tokens two sequences begin alike with. */
export function sharedLength(a: readonly number[], b: readonly number[]): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}
