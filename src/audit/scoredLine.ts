/** @file The line of a technique that scores candidates: where the truth stands among them, on suspect and twin. */
import { doubledMidranks, rankSumP } from '../statistics/index.ts';
import { rankPs } from './bench/row.ts';
import { standing } from './bench/standing.ts';
import type { ScoredResult } from './result.ts';
import type { ScoredPlay } from './scoring.ts';
import type { Target } from './target.ts';
import type { ScoredLine } from './verdict.ts';

/** Guesses that are shown. */
const SHOWN = 10;

/** Everything of a line that does not depend on the other techniques. */
export function scoredLine(
  { technique, settings, arms: { suspect, twin }, ledger }: ScoredPlay,
  target: Target,
): ScoredLine {
  const { truth } = target;
  const scores = { suspect: suspect.scores, twin: twin.scores };
  const ps = rankPs([{ truth, evidence: { scores } }]);
  const own = ranksOf(suspect.scores);
  const twins = ranksOf(twin.scores);
  return {
    name: technique.name,
    setting: settings.length > 1 ? { suspect: suspect.setting, twin: twin.setting } : null,
    truth: truth.map((index) => {
      return { word: wordOf(target, index), rank: own[index]!, twinRank: twins[index]! };
    }),
    top: topOf(suspect.scores, own, target),
    twinTop: topOf(twin.scores, twins, target),
    standing: {
      suspect: standing({ truth, scores: suspect.scores }),
      twin: standing({ truth, scores: twin.scores }),
    },
    p: ps.rank,
    pBeyondTwin: ps.beyondTwin,
    pTwin: rankSumP(twin.scores, truth),
    pLeast: ps.least,
    ledger,
  };
}

/** 1 for the best; tied ones share the mean of their places. */
function ranksOf(scores: readonly number[]): number[] {
  return doubledMidranks(scores.map((score) => -score)).map((doubled) => doubled / 2);
}

function topOf(
  scores: readonly number[],
  ranks: readonly number[],
  target: Target,
): ScoredResult['top'] {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, SHOWN).map((index) => ({
    word: wordOf(target, index),
    score: scores[index]!,
    rank: ranks[index]!,
    planted: target.truth.includes(index),
  }));
}

function wordOf({ subject }: Target, index: number): string {
  return subject.candidates[index]!;
}
