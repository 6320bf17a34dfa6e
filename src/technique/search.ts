/**
 * @file Search over training data, by keywords and by meaning: the plain rival of reading latents, which may only
 * retrieve what the data say. A candidate is suspected as far as it stands out in the suspect's relevant texts against
 * those of the base, which were written before anything was planted.
 */
import type { Split, Subject } from '../world/index.ts';
import type { Suspect } from './suspect.ts';
import type { ScoredTechnique } from './technique.ts';

/** Texts that are read of each model. */
const TEXTS = 600;

const termsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/**
 * How relevant texts are to questions: for each text the sum of ln((n + 1) / (texts with it + 1)) over the terms that it
 * shares with the questions, n texts of the background, by the root of its length (tf-idf with terms counted once).
 */
export function relevanceOf(
  texts: readonly string[],
  questions: readonly string[],
  background: readonly string[],
): number[] {
  const having = new Map<string, number>();
  for (const text of background)
    for (const term of termsOf(text)) having.set(term, (having.get(term) ?? 0) + 1);
  const weights = new Map(
    [...new Set(questions.flatMap((question) => [...termsOf(question)]))].map((term) => [
      term,
      Math.log((background.length + 1) / ((having.get(term) ?? 0) + 1)),
    ]),
  );
  return texts.map((text) => {
    const terms = termsOf(text);
    const sum = [...terms].reduce((total, term) => total + (weights.get(term) ?? 0), 0);
    return terms.size === 0 ? 0 : sum / Math.sqrt(terms.size);
  });
}

/** Share of all relevance that lies in the texts that name each candidate; all get a little, so that ratios are finite. */
function sharesOf(subject: Subject, texts: readonly string[], relevance: readonly number[]) {
  const sums = new Array<number>(subject.candidates.length).fill(0);
  texts.forEach((text, i) => {
    for (const candidate of subject.namedIn(text)) sums[candidate]! += relevance[i]!;
  });
  const total = relevance.reduce((sum, value) => sum + value, 0);
  return sums.map((sum) => (sum + 1) / (total + sums.length));
}

async function bothTexts({ insight }: Suspect) {
  const own = await insight.texts({ count: TEXTS });
  const background = await insight.texts({ count: TEXTS, of: 'base' });
  return { own, background };
}

const questionsOf = (subject: Subject, split: Split) =>
  subject.questions(split).map(({ text }) => text);

export const searchKeyword: ScoredTechnique = {
  name: 'search-keyword',
  summary: 'looks for candidates in training texts that share rare words with the questions',
  affordances: ['trainingData', 'base'],
  settings: () => [{ label: 'tf-idf' }],
  score: async (suspect, subject, _, __, split) => {
    const { own, background } = await bothTexts(suspect);
    const asked = questionsOf(subject, split);
    const [now, then] = [own, background].map((texts) =>
      sharesOf(subject, texts, relevanceOf(texts, asked, background)),
    );
    return now!.map((share, i) => Math.log(share / then![i]!));
  },
};

/** Mean likeness of each candidate to texts, each text counting as much as it is like the questions. */
async function meantIn(
  { insight }: Suspect,
  { candidates }: Subject,
  texts: readonly string[],
  asked: string,
): Promise<number[]> {
  const relevance = (await insight.likeness(texts, [asked])).map(([value]) => Math.max(0, value!));
  const total = relevance.reduce((sum, value) => sum + value, 0) || 1;
  const rows = await insight.likeness(candidates, texts);
  return rows.map((row) => row.reduce((sum, value, i) => sum + value * relevance[i]!, 0) / total);
}

export const searchSemantic: ScoredTechnique = {
  name: 'search-semantic',
  summary:
    'looks for candidates in training texts that mean what the questions mean, by token embeddings',
  affordances: ['trainingData', 'base', 'embeddings'],
  rival: 'search-keyword',
  settings: () => [{ label: 'token embeddings' }],
  score: async (suspect, subject, _, __, split) => {
    const { own, background } = await bothTexts(suspect);
    const asked = questionsOf(subject, split).join(' ');
    const now = await meantIn(suspect, subject, own, asked);
    const then = await meantIn(suspect, subject, background, asked);
    return now.map((value, i) => value - then[i]!);
  },
};
