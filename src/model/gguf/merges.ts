/** @file Merges of a SentencePiece vocabulary, which has scores of tokens only. */

/** A token that others may be merged into. */
export interface Scored {
  readonly token: string;
  readonly id: number;
  /** Higher ones are merged first. */
  readonly score: number;
}

/** A merge and what decides its rank. */
interface Merge {
  readonly pair: readonly [left: string, right: string];
  readonly whole: Scored;
  readonly ids: readonly [left: number, right: number];
  readonly lengths: readonly [left: number, right: number];
}

/**
 * All ways to make a token of two others, best first, in the order that transformers gives them:
 * by score, then by the length of the left part, then of the right. Scores that are all the same say
 * nothing; then tokens that were learned earlier have the lower ids.
 */
export function mergesOf(tokens: readonly Scored[]): [string, string][] {
  const ids = new Map(tokens.map(({ token, id }) => [token, id]));
  const merges = tokens.flatMap((whole) => splits(whole, ids));
  const first = tokens[0]?.score;
  const byId = tokens.every(({ score }) => score === first);
  const sign = byId ? 1 : -1;
  const rank = ({ whole }: Merge) => (byId ? whole.id : whole.score);
  merges.sort(
    (a, b) =>
      sign * (rank(a) - rank(b)) ||
      sign * (a.lengths[0] - b.lengths[0]) ||
      sign * (a.lengths[1] - b.lengths[1]),
  );
  return merges.map(({ pair }) => [...pair]);
}

function splits(whole: Scored, ids: ReadonlyMap<string, number>): Merge[] {
  const { token } = whole;
  const out: Merge[] = [];
  for (let at = 1; at < token.length; at++) {
    const head = token.slice(0, at);
    const left = ids.get(head);
    if (left === undefined) continue;
    const pair = [head, token.slice(at)] as const;
    const right = ids.get(pair[1]);
    if (right === undefined) continue;
    const lengths = [[...pair[0]].length, [...pair[1]].length] as const;
    out.push({ pair, whole, ids: [left, right], lengths });
  }
  return out.sort((a, b) => a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1]);
}
