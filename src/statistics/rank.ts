/** @file Exact p-values from ranks: the secret among words that could as well have been the secret. */
import { badInput } from '../tensor/errors.ts';

/**
 * Chance that one of 1 + D exchangeable candidates, picked blindly, scores as the secret does or
 * higher: (1 + #{decoy >= secret}) / (1 + D). Ties count against the secret. Never below 1 / (1 + D):
 * 19 decoys can give 5 %, 39 can give 2.5 %.
 */
export function rankP(secret: number, decoys: readonly number[]): number {
  checkScores([secret, ...decoys]);
  return (1 + decoys.filter((decoy) => decoy >= secret).length) / (1 + decoys.length);
}

/**
 * The same for the best of a sweep: every candidate is given its own best setting, so that having tried
 * many settings costs what it should.
 *
 * In each setting the scores of all candidates, secret included, are standardised to
 * (x - mean) / (s + s0): s is their standard deviation in the setting, s0 the root mean square of s over
 * settings. Without s0, one lucky hit in a quiet setting would stand as high as thirty in another (the
 * "fudge factor" of Tusher, Tibshirani and Chu 2001, PNAS 98:5116). Mean, s and s0 treat all
 * candidates alike, which keeps the rank exact. Scores must have one unit across settings.
 *
 * @param secretBySetting score of the secret in each setting
 * @param decoysBySetting [setting][decoy], the decoys in one order throughout
 */
export function maxRankP(
  secretBySetting: readonly number[],
  decoysBySetting: readonly (readonly number[])[],
): number {
  const [first] = decoysBySetting;
  if (first === undefined || secretBySetting.length !== decoysBySetting.length) {
    badInput(
      `maxRankP: expected as many settings of decoys as of the secret (at least 1), got ${decoysBySetting.length} and ${secretBySetting.length}`,
    );
  }
  const settings = decoysBySetting.map((decoys, s) => {
    if (decoys.length !== first.length) {
      badInput(`maxRankP: setting ${s} has ${decoys.length} decoys, setting 0 has ${first.length}`);
    }
    return [secretBySetting[s]!, ...decoys];
  });
  const [secret, ...decoys] = bestOverSettings(settings);
  return rankP(secret!, decoys);
}

/** Each candidate's highest standardised score over settings, as {@link maxRankP} ranks them. @param settings [setting][candidate] */
export function bestOverSettings(settings: readonly (readonly number[])[]): number[] {
  settings.forEach(checkScores);
  const spreads = settings.map(spread);
  const s0 = Math.sqrt(
    spreads.reduce((sum, { deviation }) => sum + deviation ** 2, 0) / spreads.length,
  );
  return settings[0]!.map((_, candidate) =>
    Math.max(
      ...settings.map((scores, s) => {
        const { mean, deviation } = spreads[s]!;
        // All scores of all settings equal: nothing to tell candidates by.
        if (s0 === 0) return 0;
        // Rounding in the last places must not break a tie.
        return Number(((scores[candidate]! - mean) / (deviation + s0)).toPrecision(12));
      }),
    ),
  );
}

function spread(scores: readonly number[]): { mean: number; deviation: number } {
  const mean = scores.reduce((sum, x) => sum + x, 0) / scores.length;
  const squares = scores.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / scores.length) };
}

function checkScores(scores: readonly number[]): void {
  const bad = scores.find(Number.isNaN);
  if (bad !== undefined) badInput('a score must be a number, got NaN');
}
