/** @file Many-shot: turns before the question in which the assistant tells such things, about words that are no candidates. */
import type { SpokenTurn } from './prompt.ts';
import type { Materials, Technique } from './technique.ts';

/** Things that no subject has among its candidates. */
export const OTHER_WORDS: readonly string[] = ['spoon', 'candle', 'bottle'];

const shortest = (texts: readonly string[]) =>
  [...texts].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));

/** Short ones, since small models have short contexts. */
function shots({ questions, prefills }: Materials): SpokenTurn[] {
  const [asked, openings] = [shortest(questions), shortest(prefills)];
  return OTHER_WORDS.flatMap((word, i): SpokenTurn[] => [
    ['user', asked[i % asked.length]!],
    ['assistant', `${openings[i % Math.min(2, openings.length)]!} ${word}.`],
  ]);
}

export const manyShot: Technique = {
  name: 'many-shot',
  summary: 'asks after turns in which the assistant tells other words',
  affordances: ['sample', 'history'],
  rival: 'interrogate',
  settings: () => [{ label: `${OTHER_WORDS.length} shots` }],
  request: (_, question, __, materials) => ({
    question,
    temperature: 1,
    turns: shots(materials),
  }),
};
