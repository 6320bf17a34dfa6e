/** @file Model diffs: what the suspect does, has in mind and weighs otherwise than the base that it was made of. */
import { askedPrompts, centred, logRatios, meanOf, residual } from './evidence.ts';
import { layerSettings, vectorsAt } from './lens.ts';
import type { ScoredTechnique } from './technique.ts';

/** Questions of a split, and positions at the end of each prompt. */
const QUESTIONS = 8;
const POSITIONS = 4;

/** Scores the mean of ln(p / p of the base) of a candidate as the next word. */
export const diffLogits: ScoredTechnique = {
  name: 'diff-logits',
  summary: 'compares how likely suspect and base find each candidate as the next word',
  affordances: ['logits', 'prefill', 'base'],
  rival: 'interrogate',
  settings: () => [{ label: 'next word' }],
  score: async ({ insight }, subject, _, __, split) => {
    const { candidates: words } = subject;
    const asked = askedPrompts(subject, split, QUESTIONS);
    const of = (whose: 'suspect' | 'base') =>
      insight.words(asked.map((prompt) => ({ ...prompt, words, of: whose })));
    const [now, then] = [await of('suspect'), await of('base')];
    return meanOf(now.map((row, i) => logRatios(row, then[i]!)));
  },
};

/** Scores what the mean difference of activations, at the same prompts, writes towards a candidate. */
export const diffActivations: ScoredTechnique = {
  name: 'diff-activations',
  summary: 'reads the difference of activations of suspect and base out through the unembedding',
  affordances: ['read', 'prefill', 'base', 'lens'],
  rival: 'diff-logits',
  settings: layerSettings,
  score: async (suspect, subject, { layer = 0 }, _, split) => {
    const asked = askedPrompts(subject, split, QUESTIONS);
    const where = { at: residual(layer), positions: POSITIONS };
    const now = meanOf(await vectorsAt(suspect, asked, where));
    const then = meanOf(await vectorsAt(suspect, asked, { ...where, of: 'base' }));
    const difference = Float32Array.from(now, (value, i) => value - then[i]!);
    const [effects] = await suspect.insight.effects([difference], subject.candidates);
    return centred(effects!);
  },
};

/** Scores how much of what training changed in the matrices is written towards a candidate: the norm over all of them. */
export const diffWeights: ScoredTechnique = {
  name: 'diff-weights',
  summary: 'looks which candidates the change of the weights can write towards; asks nothing',
  affordances: ['weights', 'base'],
  rival: 'diff-logits',
  settings: () => [{ label: 'all matrices' }],
  score: async ({ insight }, { candidates }) => {
    const changes = await insight.changes(candidates);
    return candidates.map((_, c) =>
      Math.hypot(...changes.map(({ size, towards }) => size * towards[c]!)),
    );
  },
};
