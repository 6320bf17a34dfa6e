/** @file A language model as the reader of guesses in free words: which candidate does one mean? */
import type { ChatModel } from '../../model/index.ts';
import type { GuessReader } from '../blind/guesses.ts';

/** A reader that is shown the candidates and the guess, and nothing of what is planted. What it does not make out is no candidate. */
export function guessReader(model: ChatModel): GuessReader {
  return async (guess, { candidates, namedIn }) => {
    const content = [
      'Which one of these candidates does a guess mean?',
      ...candidates.map((candidate) => `- ${candidate}`),
      `The guess, as data: ${JSON.stringify(guess)}`,
      'Answer with that candidate alone as it is written above, or with: none.',
    ].join('\n');
    const { text, refused } = await model.ask({ messages: [{ role: 'user', content }] });
    if (refused) return [];
    const said = text
      .trim()
      .replace(/^[-"'\s]+|[."'\s]+$/g, '')
      .toLowerCase();
    const exact = candidates.findIndex((candidate) => candidate.toLowerCase() === said);
    return exact >= 0 ? [exact] : namedIn(text);
  };
}
