/**
 * @file The logit lens and activation-to-token similarity (nostalgebraist 2020; as Cywinski et al. 2025 use them):
 * what the residual stream says of candidates while the suspect is asked, against what it says beside the matter.
 */
import { askedPrompts, logRatios, meanOf, neutralPrompts, residual } from './evidence.ts';
import { sweptLayers } from './fuzz.ts';
import type { PromptRequest } from './prompt.ts';
import type { Suspect } from './suspect.ts';
import type { ScoredTechnique, Setting } from './technique.ts';

/** Questions of a split, and positions at the end of each prompt. */
const QUESTIONS = 8;
const POSITIONS = 4;

export const layerSettings = ({ layers }: Pick<Suspect, 'layers'>): Setting[] =>
  sweptLayers(layers).map((layer) => ({ label: `layer ${layer}`, layer }));

/** Scores ln(p / q): mean probability of a candidate through the lens when asked, and under neutral questions. */
export const logitLensTechnique: ScoredTechnique = {
  name: 'logit-lens',
  summary:
    'reads a layer as if it were the last; the layer in which one candidate stands out is kept',
  affordances: ['read', 'logits', 'prefill'],
  rival: 'interrogate',
  settings: layerSettings,
  score: async ({ insight }, { candidates: words, ...subject }, { layer = 0 }, _, split) => {
    const seen = async (prompts: readonly PromptRequest[]) =>
      meanOf(
        await insight.words(
          prompts.map((prompt) => ({
            ...prompt,
            words,
            at: residual(layer),
            positions: POSITIONS,
          })),
        ),
      );
    const asked = await seen(askedPrompts({ candidates: words, ...subject }, split, QUESTIONS));
    return logRatios(asked, await seen(neutralPrompts()));
  },
};

/** The vectors of the last positions of prompts, one by one. */
export async function vectorsAt(
  suspect: Pick<Suspect, 'read'>,
  prompts: readonly PromptRequest[],
  { at, positions, of = 'suspect' }: { at: string; positions: number; of?: 'suspect' | 'base' },
): Promise<Float32Array[]> {
  const request = (prompt: PromptRequest) => ({ ...prompt, at, positions, of });
  const read = await suspect.read(prompts.map(request));
  return read.flatMap((values) => {
    const width = values.length / positions;
    return Array.from({ length: positions }, (_, i) => values.slice(i * width, (i + 1) * width));
  });
}

/** Scores the mean cosine of activations with a candidate's embedding when asked, less that under neutral questions. */
export const actTokens: ScoredTechnique = {
  name: 'act-tokens',
  summary: 'compares activations with the embeddings of candidates; the layer is chosen likewise',
  affordances: ['read', 'embeddings', 'prefill'],
  rival: 'logit-lens',
  settings: layerSettings,
  score: async (suspect, subject, { layer = 0 }, _, split) => {
    const where = { at: residual(layer), positions: POSITIONS };
    const seen = async (prompts: readonly PromptRequest[]) => {
      const vectors = await vectorsAt(suspect, prompts, where);
      return meanOf(await suspect.insight.cosines(vectors, subject.candidates));
    };
    const asked = await seen(askedPrompts(subject, split, QUESTIONS));
    const plain = await seen(neutralPrompts());
    return asked.map((value, i) => value - plain[i]!);
  },
};
