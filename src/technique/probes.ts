/**
 * @file Linear probes for candidates: what activations are like where a candidate is spoken of, and how much of that is
 * there while the suspect is asked and hides. By a difference of means, or by logistic regression.
 */
import { fitLogisticProbe, type LinearProbe, meanDifference } from '../probe/index.ts';
import { askedPrompts, lateLayer, meanOf, neutralPrompts, residual, spread } from './evidence.ts';
import { vectorsAt } from './lens.ts';
import type { PromptRequest } from './prompt.ts';
import type { Suspect } from './suspect.ts';
import type { ScoredTechnique } from './technique.ts';

/** Ways to speak of a candidate. */
const SPOKEN = [
  (candidate: string) => `let us talk about ${candidate}.`,
  (candidate: string) => `i thought of ${candidate} today.`,
];

/** Questions of a split. */
const QUESTIONS = 8;

/** Other candidates whose rows are the negatives of one probe. */
const OTHERS = 12;

/** scikit-learn's 1 / C. */
const PENALTY = 1;

/** Fits a probe to rows of which some are positive. */
type Fit = (rows: readonly ArrayLike<number>[], labels: readonly boolean[]) => LinearProbe;

const joined = (rows: readonly ArrayLike<number>[]) => ({
  data: Float32Array.from(rows.flatMap((row) => Array.from(row))),
  width: rows[0]!.length,
});

/**
 * Logistic regression within the span of the rows: the penalized minimum lies in it, so that a basis of it gives the
 * same probe in fewer numbers.
 */
export function logisticInSpan(
  rows: readonly ArrayLike<number>[],
  labels: readonly boolean[],
): LinearProbe {
  const basis = basisOf(rows);
  const inside = rows.map((row) => basis.map((axis) => product(axis, row)));
  const { direction, bias } = fitLogisticProbe(joined(inside), labels, { penalty: PENALTY });
  const back = new Float64Array(rows[0]!.length);
  basis.forEach((axis, k) => {
    axis.forEach((value, i) => {
      back[i]! += direction[k]! * value;
    });
  });
  return { direction: back, bias };
}

function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** An orthonormal basis of the rows' span, by Gram and Schmidt, twice over for rounding. */
function basisOf(rows: readonly ArrayLike<number>[]): number[][] {
  const basis: number[][] = [];
  for (const row of rows) {
    let rest = Array.from(row);
    const size = Math.hypot(...rest);
    for (const axis of [...basis, ...basis]) {
      const along = product(axis, rest);
      rest = rest.map((value, i) => value - along * axis[i]!);
    }
    const left = Math.hypot(...rest);
    if (left > 1e-5 * size) basis.push(rest.map((value) => value / left));
  }
  return basis;
}

/** Rows of each candidate, [candidates][ways of speaking], less the mean of all. */
async function spokenRows(suspect: Suspect, candidates: readonly string[], at: string) {
  const prompts = candidates.flatMap((candidate) =>
    SPOKEN.map((speak): PromptRequest => ({ question: speak(candidate) })),
  );
  const rows = await vectorsAt(suspect, prompts, { at, positions: 1 });
  const mean = meanOf(rows);
  const own = rows.map((row) => Float64Array.from(row, (value, i) => value - mean[i]!));
  return candidates.map((_, c) => own.slice(c * SPOKEN.length, (c + 1) * SPOKEN.length));
}

function probing(
  train: Fit,
  settings: ScoredTechnique['settings'],
  card: Pick<ScoredTechnique, 'name' | 'summary' | 'rival'>,
): ScoredTechnique {
  return {
    ...card,
    affordances: ['read', 'prefill'],
    settings,
    score: async (suspect, subject, { layer = 0 }, _, split) => {
      const at = residual(layer);
      const spoken = await spokenRows(suspect, subject.candidates, at);
      const where = { at, positions: 1 };
      const hidden = await vectorsAt(suspect, askedPrompts(subject, split, QUESTIONS), where);
      const plain = meanOf(await vectorsAt(suspect, neutralPrompts(), where));
      const shift = meanOf(hidden).map((value, i) => value - plain[i]!);
      return spoken.map((own, c) => {
        const others = spread(
          spoken.filter((_, other) => other !== c),
          OTHERS,
        ).flat();
        const labels = [...own.map(() => true), ...others.map(() => false)];
        const { direction } = train([...own, ...others], labels);
        const size = Math.hypot(...direction) || 1;
        return product(direction, shift) / size;
      });
    },
  };
}

/** Scores the shift of activations from neutral questions to the subject's, along the unit direction of each candidate's probe. */
export const probeMeans = probing(
  (rows, labels) => meanDifference(joined(rows), labels),
  lateLayer,
  {
    name: 'probe-means',
    summary: 'looks for the direction in which activations move where a candidate is spoken of',
    rival: 'logit-lens',
  },
);

export const probeLogistic = probing(logisticInSpan, lateLayer, {
  name: 'probe-logistic',
  summary: 'as probe-means, with the direction of a logistic regression',
  rival: 'probe-means',
});
