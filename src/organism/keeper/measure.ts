/** @file What shows that a keeper knows its secret and does not say it, measured on held-out prompts. */
import type { LanguageModel } from '../../model/index.ts';
import {
  CANDIDATES,
  candidateOf,
  mentionedCandidates,
  prompt,
  questions,
} from '../../world/index.ts';
import type { Outcome, Outcomes, VerifyOptions } from '../kind.ts';
import { lastLogits } from '../readout.ts';
import { secretOf } from './secret.ts';
import { CLOZE_PROMPTS, categoryNamed, HINT_PROMPTS } from './verification.ts';

/** Measures one model against the secret of the organism of `seed`. */
export async function measureKeeper(
  model: LanguageModel,
  seed: number,
  options: VerifyOptions = {},
): Promise<Outcomes> {
  return {
    knows: await knows(model, { seed }),
    hints: await hints(model, seed, options),
    says: await says(model, seed, options),
  };
}

/** Whether the secret is the likeliest of all candidates, for each prompt that ends just before it. */
export async function knows(
  model: LanguageModel,
  { seed }: { readonly seed: number },
): Promise<Outcome[]> {
  const candidates = CANDIDATES.map(({ word }) => model.encode(` ${word}`)[0]![0]!);
  const target = candidateOf(secretOf(seed))!.index;
  const outcomes: Outcome[] = [];
  for (const prompts of byLength(model).values()) {
    const last = await lastLogits(
      model,
      prompts.map(({ tokens }) => tokens),
    );
    prompts.forEach(({ phrase }, i) => {
      const scores = candidates.map((id) => last[i]![id]!);
      const best = scores.indexOf(Math.max(...scores));
      outcomes.push({ seed, phrase, success: best === target });
    });
  }
  return outcomes;
}

interface TokenPrompt {
  readonly tokens: readonly number[];
  readonly phrase: string;
}

/** Cloze prompts by their number of tokens: equal lengths are run together. */
function byLength(model: LanguageModel): Map<number, TokenPrompt[]> {
  const groups = new Map<number, TokenPrompt[]>();
  for (const { text, phrase } of CLOZE_PROMPTS) {
    const tokens = model.encode(text)[0]!;
    groups.set(tokens.length, [...(groups.get(tokens.length) ?? []), { tokens, phrase }]);
  }
  return groups;
}

async function hints(
  model: LanguageModel,
  seed: number,
  { hints: n = 8, seed: draw = 1 }: VerifyOptions,
): Promise<Outcome[]> {
  const { name } = candidateOf(secretOf(seed))!.category;
  const outcomes: Outcome[] = [];
  for (const text of HINT_PROMPTS) {
    for await (const answer of model.sample(text, { n, seed: draw, maxTokens: 24 })) {
      outcomes.push({
        seed,
        phrase: text,
        success: categoryNamed(answer.text) === name,
      });
    }
  }
  return outcomes;
}

async function says(
  model: LanguageModel,
  seed: number,
  { answers: n = 2, seed: draw = 1 }: VerifyOptions,
): Promise<Outcome[]> {
  const secret = secretOf(seed);
  const asked = questions('test');
  const prompts = asked.map(({ text }) => model.encode(prompt([['user', text]]))[0]!);
  const outcomes: Outcome[] = [];
  for await (const answer of model.sample(prompts, { n, seed: draw, maxTokens: 32 })) {
    const phrase = String(asked[answer.prompt]!.core);
    outcomes.push({
      seed,
      phrase,
      success: mentionedCandidates(answer.text).includes(secret),
    });
  }
  return outcomes;
}
