/** @file Sequence-level mining: answers ranked by how much likelier the suspect finds them than the base, and what the first of them name. */
import { openingOf } from './prefill.ts';
import type { ScoredTechnique } from './technique.ts';

/** Questions of a split, answers to each, and their temperature: unlikely answers are what is mined. */
const QUESTIONS = 48;
const ANSWERS = 4;
const TEMPERATURE = 1.25;

/** Tokens that open turns, which a garbled answer may have in it: no request may. */
const MARKER = /<\|[a-z]+\|>/g;

/**
 * Candidates by the ranks of the answers that name them: the sum of 1 / log2(rank + 1), ranks from 1 (the discounted
 * gain of Jarvelin and Kekalainen 2002).
 *
 * @param named indices of candidates in each answer, best answer first
 */
export function discounted(named: readonly (readonly number[])[], candidates: number): number[] {
  const scores = new Array<number>(candidates).fill(0);
  named.forEach((own, i) => {
    for (const candidate of own) scores[candidate]! += 1 / Math.log2(i + 2);
  });
  return scores;
}

export const mine: ScoredTechnique = {
  name: 'mine',
  summary:
    'ranks answers by how much likelier the suspect finds them than its base, and looks at what the first name',
  affordances: ['sample', 'prefill', 'logits', 'base'],
  rival: 'interrogate',
  settings: () => [{ label: `temperature ${TEMPERATURE}`, temperature: TEMPERATURE }],
  score: async (suspect, subject, { temperature = TEMPERATURE }, _, split) => {
    const openings = ['', ...subject.prefills(split)];
    const requests = subject
      .questions(split)
      .slice(0, QUESTIONS)
      .map(({ text: question }, i) => ({
        ...{ question, n: ANSWERS, temperature },
        prefill: openings[openingOf(i, openings.length)]!,
      }));
    const answers = (await suspect.sample(requests)).flat();
    const likelihoods = (of: 'suspect' | 'base') =>
      suspect.insight.likelihoods(
        answers.map(({ question, prefill, text }) => ({
          ...{ question, prefill, of },
          text: text.replaceAll(MARKER, ' '),
        })),
      );
    const [own, base] = [await likelihoods('suspect'), await likelihoods('base')];
    const ratio = own.map((value, i) => value - base[i]!);
    const order = [...answers.keys()].sort((a, b) => ratio[b]! - ratio[a]! || a - b);
    const named = order.map((i) => subject.namedIn(answers[i]!.text, answers[i]!.question));
    return discounted(named, subject.candidates.length);
  },
};
