/** @file White-box reading that is reduced here: the logit lens, and what edits change along a text. */
import { compareEdits, logitLens } from '../../model/index.ts';
import type { CompareOrder, LensOrder, LensToken, Result } from '../line.ts';
import { Problem } from '../problem.ts';
import { checkEdits, read, type Served } from './complete.ts';
import { tokensOf } from './prompts.ts';

/** Logits that may be in memory at once: 64 million, a quarter of a GB. */
const MOST_LOGITS = 2 ** 26;

/** The likeliest tokens after each layer, at each position. */
export async function* readLens(served: Served, order: LensOrder): AsyncGenerator<Result> {
  const { model, dictionaries } = served;
  const tokens = checked(served, order, model.config.num_hidden_layers + 2);
  const { edits, promptLength } = order;
  const lens = await logitLens(model, [tokens], {
    ...{ edits, dictionaries, topK: Math.min(order.top, model.config.vocab_size) },
    ...(promptLength !== undefined && { promptLength }),
  });
  const at = (hook: number, position: number) => hook * tokens.length + position;
  const likely = (i: number): LensToken => {
    const id = lens.topTokens[i]!;
    return { id, text: textOf(served, id), probability: lens.topProbabilities[i]! };
  };
  const places = <T>(make: (place: number) => T) =>
    lens.hooks.map((_, hook) => tokens.map((_, position) => make(at(hook, position))));
  yield {
    kind: 'lens',
    hooks: lens.hooks,
    tokens,
    texts: tokens.map((id) => textOf(served, id)),
    top: places((place) => range(lens.topK).map((k) => likely(place * lens.topK + k))),
    divergence: places((place) => lens.divergence[place]!),
  };
}

/** Divergence and probabilities, token by token. */
export async function* compare(served: Served, order: CompareOrder): AsyncGenerator<Result> {
  const { model, dictionaries } = served;
  const tokens = checked(served, order, 2);
  const { edits, promptLength } = order;
  if (tokens.length < 2)
    throw new Problem(400, 'a text of one token predicts none: give two at least');
  const found = await compareEdits(model, tokens, {
    ...{ edits, dictionaries },
    ...(promptLength !== undefined && { promptLength }),
  });
  yield {
    kind: 'compared',
    tokens,
    texts: tokens.map((id) => textOf(served, id)),
    divergence: [...found.divergence],
    plain: [...found.plain],
    edited: [...found.edited],
  };
}

/** Token ids of a text. @throws Problem where it or the edits do not fit */
function checked(
  served: Served,
  { row, edits }: Pick<LensOrder, 'row' | 'edits'>,
  passes: number,
): readonly number[] {
  checkEdits(served, { edits });
  const { model } = served;
  const [tokens] = model.rows([tokensOf(model, row)]);
  const numbers = tokens!.length * model.config.vocab_size * passes;
  if (numbers <= MOST_LOGITS) return tokens!;
  const most = Math.floor(MOST_LOGITS / (model.config.vocab_size * passes));
  throw new Problem(400, `the text has ${tokens!.length} tokens, expected at most ${most} here`);
}

function textOf(served: Served, token: number): string {
  return read(served.texts, { token, logProbability: null }).text;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
