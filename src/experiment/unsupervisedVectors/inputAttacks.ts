/** @file Attacks on the input: tokens that move the target as far as can be, at the compute of the vectors. */
import { inputAttack, type LanguageModel } from '../../model/index.ts';
import { prompt, requestText } from '../../world/index.ts';
import { type Found, type Search, searchTexts } from './search.ts';

/** Swaps that are tried in a round. */
const CANDIDATES = 16;

/** Rounds of an attack that cost what the ascent costs: a backward pass counts as two forward passes. */
function roundsFor(search: Search, rows: readonly (readonly number[])[]): number {
  const { settings, subject } = search;
  const tokens = (all: readonly (readonly number[])[], more: number) =>
    all.reduce((sum, row) => sum + row.length + more, 0);
  const ascended = 3 * (settings.steps + 1) * tokens(subject.model.encode(searchTexts(search)), 0);
  return Math.max(1, Math.round(ascended / ((CANDIDATES + 3) * tokens(rows, INSERTED))));
}

const INSERTED = 2;

async function attacks(
  search: Search,
  count: number,
  rows: readonly (readonly number[])[],
  { insertAt, put }: { insertAt: number; put: Put },
): Promise<Found[]> {
  const { model } = search.subject;
  const allowed = plainTokens(model);
  const given = { insertAt, tokens: INSERTED, candidates: CANDIDATES, allowed };
  const rounds = roundsFor(search, rows);
  const found: Found[] = [];
  for (let i = 0; i < count; i++) {
    const seed = search.seed * 1000 + i;
    const { safePoint } = search;
    const attack = await inputAttack(model, rows, { ...given, rounds, seed, safePoint });
    found.push({
      ...attack,
      done: { kind: 'tokens', put: (prompt) => put(prompt, attack.tokens) },
    });
  }
  return found;
}

type Put = (prompt: readonly number[], tokens: readonly number[]) => readonly number[];

function plainTokens({ config, tokenizer }: LanguageModel): number[] {
  const special = new Set((tokenizer!.json.added_tokens ?? []).map(({ id }) => id));
  return Array.from({ length: config.vocab_size }, (_, id) => id).filter((id) => !special.has(id));
}

/** Behind the beginning of the text and the opening of the user's turn. */
const START = 2;

/** Tokens before every request. */
export function prefixAttacks(search: Search, count: number): Promise<Found[]> {
  const rows = search.subject.model.encode(searchTexts(search));
  const put: Put = (prompt, tokens) => prompt.toSpliced(START, 0, ...tokens);
  return attacks(search, count, rows, { insertAt: START, put });
}

/** Behind 'i saw the', where small talk that comes first names a pair. */
const SLOT = 5;

/** The same where it comes last, from the end: the pair, a full stop, the end of the turn, the assistant's token. */
const LAST_SLOT = 5;

/** Tokens in the place of the pair; the search is over its requests with the small talk first. */
export function slotAttacks(search: Search, count: number): Promise<Found[]> {
  const { model, prompts } = search.subject;
  const begun = prompts.search.map(({ request }) => requestText({ ...request, before: true }));
  const rows = model
    .encode(begun.map((text) => prompt([['user', text]])))
    .map((row) => row.toSpliced(SLOT, 2));
  const saw = model.encode('i saw the')[0]!;
  const put: Put = (row, tokens) => {
    const slots = [SLOT, row.length - LAST_SLOT];
    const slot = slots.find((at) => saw.every((id, i) => row[at - saw.length + i] === id));
    return slot === undefined ? row : row.toSpliced(slot, 2, ...tokens);
  };
  return attacks(search, count, rows, { insertAt: SLOT, put });
}
