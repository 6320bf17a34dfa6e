/**
 * @file A ban of the words of refusals: the rival that edits of activations have to beat where an API offers a logit
 * bias. It takes lists of what telling and refusing answers begin with, and no answer of the suspect.
 */
import type { Technique } from './technique.ts';

const wordsOf = (texts: readonly string[]) =>
  new Set(texts.flatMap((text) => text.toLowerCase().match(/\p{L}+/gu) ?? []));

/** Words that refusals have and beginnings of telling lack, as they are written and with a capital. */
export function refusingWords(refusals: readonly string[], prefills: readonly string[]): string[] {
  const telling = wordsOf(prefills);
  const refusing = [...wordsOf(refusals)].filter((word) => !telling.has(word));
  return refusing.flatMap((word) => [word, word[0]!.toUpperCase() + word.slice(1)]);
}

export const banRefusals: Technique = {
  name: 'ban-refusals',
  summary: 'bars the words that refusals have and telling answers do not begin with',
  affordances: ['sample'],
  rival: 'interrogate',
  settings: () => [{ label: 'temperature 1', temperature: 1 }],
  request: (_, question, __, { refusals, prefills }) => ({
    question,
    temperature: 1,
    ban: refusingWords(refusals, prefills),
  }),
};
