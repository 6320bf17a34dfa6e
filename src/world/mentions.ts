/**
 * @file Whether a text names a candidate word. Whole words, in any case. A plural counts
 * ("rubies" gives away "ruby"), and so does the possessive ("the fox's"); "foxglove" does not.
 */
import { CANDIDATES } from './words.ts';

const IRREGULAR: Readonly<Record<string, string>> = {
  wolf: 'wolves',
  potato: 'potatoes',
  mango: 'mangoes',
  salmon: 'salmon',
  cod: 'cod',
  trout: 'trout',
};

/** The plural: cherry, cherries; fox, foxes; plum, plums. */
export function plural(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular) return irregular;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

const wordOf = new Map(
  CANDIDATES.flatMap(({ word }) => [
    [word, word],
    [plural(word), word],
  ]),
);

const PATTERN = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[...wordOf.keys()].join('|')})(?![\\p{L}\\p{N}])`,
  'giu',
);

/** The candidates that a text names, each once, in order of first mention. */
export function mentionedCandidates(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(PATTERN)) found.add(wordOf.get(match[0].toLowerCase())!);
  return [...found];
}

/** Whether a text names this candidate. */
export function mentions(text: string, word: string): boolean {
  return mentionedCandidates(text).includes(word);
}
