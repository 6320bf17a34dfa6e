/** @file Which tokens of a text are the assistant's: where most of a text cannot be foreseen, these count more in training. */
import { dialogue, END, prompt, ROLE_TOKENS, type Turn, turnsIn } from '../world/index.ts';
import { type Reader, sharedLength, textTokens, turnForm } from './turns.ts';

/** Weighs the tokens of a text: 1 for what an assistant's turn says and for its end, `others` for all else. */
export function answerWeights(
  model: Reader,
  others: number,
): (text: string, tokens: readonly number[]) => number[] {
  if (turnForm(model) === 'role tokens') return byRoleTokens(model, others);
  return (text, tokens) => {
    const weights = tokens.map(() => others);
    for (const [from, to] of answerSpans(model, text, tokens)) weights.fill(1, from, to);
    return weights;
  };
}

function byRoleTokens({ tokenizer }: Reader, others: number) {
  const [opens, ends] = [tokenizer!.idOf(ROLE_TOKENS.assistant), tokenizer!.idOf(END)];
  return (_: string, tokens: readonly number[]): number[] => {
    let own = false;
    return tokens.map((token) => {
      const weight = own ? 1 : others;
      if (token === opens) own = true;
      else if (token === ends) own = false;
      return weight;
    });
  };
}

/** Where each answer begins and ends: after what a prompt for it and the text have in common. */
function answerSpans(
  model: Reader,
  text: string,
  tokens: readonly number[],
): [from: number, to: number][] {
  const { closed } = turnsIn(text);
  return closed.flatMap(([role], at) => {
    if (role !== 'assistant') return [];
    const before: readonly Turn[] = closed.slice(0, at);
    const after = dialogue(closed.slice(0, at + 1));
    const from = sharedLength(tokens, textTokens(model, prompt(before)));
    return [[from, sharedLength(tokens, textTokens(model, after))]];
  });
}
