/**
 * @file A crosscoder of suspect and base: one dictionary of both models' activations side by side, so that a latent's
 * decoder says how much of it each has (Lindsey et al. 2024, "Sparse crosscoders"; here with TopK and one layer).
 */
import { SIZE, tfIdf, trainingPrompts } from './dictionaryRead.ts';
import { askedPrompts, centred, lateLayer, meanOf, residual } from './evidence.ts';
import type { ScoredTechnique } from './technique.ts';

/** Questions of a split, and positions at the end of each prompt. */
const QUESTIONS = 8;
const POSITIONS = 4;

/** Scores the sum over latents of tf-idf times how far the suspect has more than half of it, times what it writes there. */
export const diffCrosscoder: ScoredTechnique = {
  name: 'diff-crosscoder',
  summary: 'reads out latents that the suspect has and the base has not, of a dictionary of both',
  affordances: ['dictionary', 'base', 'lens', 'prefill'],
  rival: 'diff-activations',
  settings: lateLayer,
  score: async ({ insight }, subject, { layer = 0 }, _, split) => {
    const prompts = trainingPrompts(subject);
    const request = { at: residual(layer), prompts, on: 'both', ...SIZE } as const;
    const reader = await insight.dictionary(request);
    const asked = askedPrompts(subject, split, QUESTIONS);
    const seen = await reader.activations(asked.map((p) => ({ ...p, positions: POSITIONS })));
    const weights = tfIdf(meanOf(seen), reader).map(
      (weight, i) => weight * Math.max(0, 2 * reader.share[i]! - 1),
    );
    const effects = await reader.effects(subject.candidates);
    return centred(
      subject.candidates.map((_, c) =>
        weights.reduce((sum, weight, latent) => sum + weight * effects[latent]![c]!, 0),
      ),
    );
  },
};
