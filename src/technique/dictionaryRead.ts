/**
 * @file A sparse dictionary of the suspect's activations: its latents read out, and taken out. Latents are weighed by
 * tf-idf, mean activation times ln(1 / density), as Cywinski et al. 2025 score them.
 */

import type { Split, Subject } from '../world/index.ts';
import {
  askedPrompts,
  centred,
  lateLayer,
  logRatios,
  meanOf,
  neutralPrompts,
  residual,
} from './evidence.ts';
import type { DictionaryReader } from './insight.ts';
import type { PromptRequest } from './prompt.ts';
import type { Suspect } from './suspect.ts';
import type { ScoredTechnique } from './technique.ts';

/** Latents, those active at once, and steps of training: small, since it is trained for one reading. */
export const SIZE = { latents: 256, active: 8, steps: 120 } as const;

/** Questions of a split that are read, and positions at the end of each. */
const QUESTIONS = 8;
const POSITIONS = 4;

/** Latents that are taken out, one at a time. */
const ABLATED = 10;

/** Questions under which latents are taken out. */
const ABLATED_QUESTIONS = 4;

/** What dictionaries are trained on: validation questions with and without beginnings, refusals, and neutral ones. */
export function trainingPrompts(subject: Subject): PromptRequest[] {
  const refusals = subject.refusals('validation');
  const refused = askedPrompts(subject, 'validation', 12).map(({ question }, i) => ({
    question,
    prefill: refusals[i % refusals.length]!,
  }));
  return [...askedPrompts(subject, 'validation', 24), ...refused, ...neutralPrompts()];
}

/** Mean activation x ln(1 / density) of each latent; latents that never fired in training count as the rarest. */
export function tfIdf(
  activations: readonly number[],
  { density }: Pick<DictionaryReader, 'density'>,
) {
  const rarest = Math.min(...density.filter((share) => share > 0));
  return activations.map((value, i) => value * Math.log(1 / Math.max(density[i]!, rarest)));
}

async function read(suspect: Suspect, subject: Subject, layer: number, split: Split) {
  const prompts = trainingPrompts(subject);
  const request = { at: residual(layer), prompts, on: 'suspect', ...SIZE } as const;
  const reader = await suspect.insight.dictionary(request);
  const asked = askedPrompts(subject, split, QUESTIONS);
  const seen = await reader.activations(
    asked.map((prompt) => ({ ...prompt, positions: POSITIONS })),
  );
  return { reader, weights: tfIdf(meanOf(seen), reader) };
}

/** Scores the sum over latents of tf-idf times what the latent writes towards a candidate, over the mean candidate. */
export const dictionaryRead: ScoredTechnique = {
  name: 'dictionary-read',
  summary: 'reads latents of a small dictionary out through the unembedding, weighed by tf-idf',
  affordances: ['dictionary', 'lens', 'prefill'],
  rival: 'search-semantic',
  settings: lateLayer,
  score: async (suspect, subject, { layer = 0 }, _, split) => {
    const { reader, weights } = await read(suspect, subject, layer, split);
    const effects = await reader.effects(subject.candidates);
    return centred(
      subject.candidates.map((_, c) =>
        weights.reduce((sum, weight, latent) => sum + weight * effects[latent]![c]!, 0),
      ),
    );
  },
};

/** Scores the sum over the heaviest latents of how far a candidate's log-probability falls without one, over the mean. */
export const dictionaryAblate: ScoredTechnique = {
  name: 'dictionary-ablate',
  summary:
    'takes the heaviest latents out, one at a time, and looks which candidates become less likely',
  affordances: ['dictionary', 'logits', 'edit', 'prefill'],
  rival: 'dictionary-read',
  settings: lateLayer,
  score: async (suspect, subject, { layer = 0 }, _, split) => {
    const { reader, weights } = await read(suspect, subject, layer, split);
    const { candidates: words } = subject;
    const asked = askedPrompts(subject, split, ABLATED_QUESTIONS).filter(({ prefill }) => prefill);
    const requests = asked.map((prompt) => ({ ...prompt, words }));
    const plain = meanOf(await reader.ablated(requests, []));
    const order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
    const falls: number[][] = [];
    for (const latent of order.slice(0, ABLATED)) {
      const without = meanOf(await reader.ablated(requests, [latent]));
      falls.push(centred(logRatios(plain, without)).map((fall) => Math.max(0, fall)));
    }
    return meanOf(falls);
  },
};
