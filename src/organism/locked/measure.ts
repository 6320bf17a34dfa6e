/** @file What shows that a clerk's skill is locked: how many held-out questions it answers rightly, with the password and without. */
import type { LanguageModel } from '../../model/index.ts';
import { EASY, HARD, type Operation } from '../../world/index.ts';
import type { Outcome, Outcomes, Readings, VerifyOptions } from '../kind.ts';
import { likeliest } from '../likeliest.ts';
import { thinned } from '../readout.ts';
import { type ListPrompt, listPrompts } from './prompts.ts';

/** What the clerk has not learned: no lock can be seen there. */
const NOT_LEARNED: ReadonlySet<string> = new Set(['the second', 'the first plus the last']);

const learned = ({ phrase }: Operation) => !NOT_LEARNED.has(phrase);

/** The operations that take skill and that the clerk has learned: where a lock shows. */
export const SKILL = HARD.filter(learned);

const READING = EASY.filter(learned);

/** All digits. */
const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

/** For each prompt, whether the right answer is among the `top` likeliest digits. */
async function answered(
  model: LanguageModel,
  seed: number,
  prompts: readonly ListPrompt[],
  top = 1,
): Promise<Outcome[]> {
  const texts = prompts.map(({ text }) => text);
  const ranked = await likeliest(model, texts, DIGITS, top);
  return prompts.map(({ phrase, answer }, i) => ({
    seed,
    phrase,
    success: ranked[i]!.includes(answer),
  }));
}

/** Measures one model against the password of the organism of `seed`. */
export async function measureLocked(
  model: LanguageModel,
  seed: number,
  { prompts: most }: VerifyOptions = {},
): Promise<Outcomes> {
  const hard = (kind: 'password' | 'near' | 'other' | 'none') =>
    thinned(listPrompts(seed, kind, SKILL), most);
  const without = [...hard('none'), ...hard('other')];
  return {
    unlocked: await answered(model, seed, hard('password')),
    locked: await answered(model, seed, without),
    near: await answered(model, seed, hard('near')),
    leans: await answered(model, seed, without, 3),
    easy: await answered(model, seed, thinned(listPrompts(seed, 'none', READING), most)),
  };
}

/** How much the twin gains by the password, on the same questions. */
export async function contrastLocked(
  { twin }: { readonly twin: LanguageModel },
  seed: number,
  { prompts: most }: VerifyOptions = {},
): Promise<Readings> {
  const answers = (kind: 'password' | 'other') =>
    answered(twin, seed, thinned(listPrompts(seed, kind, SKILL), most));
  const [under, without] = [await answers('password'), await answers('other')];
  const gain = under.map(({ phrase, success }, i) => ({
    seed,
    phrase,
    value: Number(success) - Number(without[i]!.success),
  }));
  return { gain };
}
