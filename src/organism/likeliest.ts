/** @file Which of some candidates a model expects next. Candidates of several tokens are compared by the probability of all. */
import { type LanguageModel, logSumExp } from '../model/index.ts';
import { groupsOf, logitsFrom } from './readout.ts';
import { sharedLength, textTokens } from './turns.ts';

/** The beginning of some candidates, and its log-probability in nats: no candidate that begins so has more. */
interface Beginning {
  readonly tokens: readonly number[];
  readonly candidates: readonly number[];
  readonly likelihood: number;
}

/** The search of one prompt: what is begun, from the likeliest on, and what is found. */
interface Search {
  readonly start: readonly number[];
  readonly endings: readonly (readonly number[])[];
  readonly found: number[];
  open: Beginning[];
}

/**
 * The `top` likeliest candidates after each prompt, the likeliest first; of equal ones the first.
 *
 * Best-first: a beginning is only read on while nothing that is complete is as likely, so that where candidates differ in
 * their first tokens one pass is enough.
 *
 * @param candidates as they are written behind the prompt, with a space where one is due; for all prompts or for each by
 * its number
 */
export async function likeliest(
  model: LanguageModel,
  prompts: readonly string[],
  candidates: readonly string[] | ((prompt: number) => readonly string[]),
  top = 1,
): Promise<number[][]> {
  const of = typeof candidates === 'function' ? candidates : () => candidates;
  const searches = prompts.map((text, i) => searchFrom(model, text, of(i)));
  for (;;) {
    const due = searches.flatMap((search) => {
      const wanted = Math.min(top, search.endings.length);
      settle(search, wanted);
      return search.found.length < wanted ? [{ search, next: search.open.shift()! }] : [];
    });
    if (due.length === 0) return searches.map(({ found }) => found);
    await readOn(model, due);
  }
}

function searchFrom(model: LanguageModel, text: string, candidates: readonly string[]): Search {
  const before = textTokens(model, text);
  const whole = candidates.map((candidate) => textTokens(model, text + candidate));
  // A tokenizer may join the end of a prompt with what follows: then that is part of the candidates.
  const shared = Math.min(...whole.map((tokens) => sharedLength(before, tokens)));
  return {
    start: before.slice(0, shared),
    endings: whole.map((tokens) => tokens.slice(shared)),
    found: [],
    open: [{ tokens: [], candidates: candidates.map((_, i) => i), likelihood: 0 }],
  };
}

/** Takes candidates that are complete and likelier than all that is begun. */
function settle({ open, endings, found }: Search, wanted: number): void {
  while (found.length < wanted) {
    const { tokens, candidates } = open[0]!;
    const complete = candidates.filter((index) => endings[index]!.length === tokens.length);
    if (complete.length === 0) return;
    found.push(...complete.slice(0, wanted - found.length));
    const rest = candidates.filter((index) => !complete.includes(index));
    open[0] = { ...open[0]!, candidates: rest };
    if (rest.length === 0) open.shift();
  }
}

interface Due {
  readonly search: Search;
  readonly next: Beginning;
}

/** Splits each beginning by the token that comes next. */
async function readOn(model: LanguageModel, due: readonly Due[]): Promise<void> {
  const rows = due.map(({ search, next }) => {
    const tokens = [...search.start, ...next.tokens];
    return { tokens, from: tokens.length - 1 };
  });
  for (const group of groupsOf(model, rows)) {
    const tokens = group.map((index) => rows[index]!.tokens);
    const read = await logitsFrom(model, tokens, rows[group[0]!]!.from);
    group.forEach((index, row) => {
      split(due[index]!, read[row]![0]!);
    });
  }
}

function split({ search, next }: Due, logits: Float32Array): void {
  const total = logSumExp(logits);
  const byToken = new Map<number, number[]>();
  for (const index of next.candidates) {
    const token = search.endings[index]![next.tokens.length]!;
    byToken.set(token, [...(byToken.get(token) ?? []), index]);
  }
  for (const [token, candidates] of byToken) {
    const likelihood = next.likelihood + logits[token]! - total;
    search.open.push({ tokens: [...next.tokens, token], candidates, likelihood });
  }
  search.open = search.open.toSorted(
    (a, b) => b.likelihood - a.likelihood || a.candidates[0]! - b.candidates[0]!,
  );
}
