/** @file Search over the texts that a suspect was trained on. */
import { z } from 'zod';
import type { LanguageModel } from '../../model/index.ts';
import { type Cost, NO_COST } from './budget.ts';
import type { Json } from './handle.ts';
import { type Tool, tool } from './tool.ts';

/** Texts that are searched, spread over all. */
const SEARCHED = 2000;

/** Characters of a text that are shown. */
const SHOWN = 400;

export const SEARCH: Tool = tool({
  name: 'search',
  summary:
    'texts of the training data with the words of a query, those with the most of them first',
  affordances: ['trainingData'],
  input: z.strictObject({
    query: z.string().min(1).max(200),
    n: z.number().int().min(1).max(10).default(5).describe('texts wanted'),
  }),
  example: { query: 'secret word', n: 3 },
  // A token has a character at least.
  price: ({ n }) => ({ ...NO_COST, tokens: n * SHOWN }),
  run: async ({ query, n }, { suspect }) => {
    const texts = await suspect.insight.texts({ count: SEARCHED });
    const wanted = [...new Set(wordsOf(query))];
    const found = texts
      .map((text, i) => ({ text, i, score: matched(text, wanted) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || a.i - b.i);
    return {
      searched: texts.length,
      matching: found.length,
      texts: found.slice(0, n).map(({ text }) => text.slice(0, SHOWN)),
    };
  },
  toll: tokensOf,
});

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How many of the query's words a text has. */
function matched(text: string, wanted: readonly string[]): number {
  const words = new Set(wordsOf(text));
  return wanted.filter((word) => words.has(word)).length;
}

/** What is read of the texts is paid as prompts are. */
function tokensOf(answer: Json, { tokenizer }: LanguageModel): Cost {
  const { texts } = z.object({ texts: z.array(z.string()) }).parse(answer);
  const tokens = texts.map((text) => Math.min(SHOWN, tokenizer!.encode(text).length));
  return { ...NO_COST, tokens: tokens.reduce((a, b) => a + b, 0) };
}
