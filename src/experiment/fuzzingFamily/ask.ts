/** @file Asks a model under a technique's setting, through the meter, and keeps of each answer what the statistics need. */
import {
  MAX_TOKENS,
  MeteredSuspect,
  materialsOf,
  readAnswers,
  requestsOf,
  type Usage,
} from '../../audit/index.ts';
import type { LanguageModel } from '../../model/index.ts';
import type { Setting, Technique } from '../../technique/index.ts';
import { randomStream } from '../../tensor/index.ts';
import { questions, type Split } from '../../world/index.ts';

/** Of one answer: core phrase of its question, candidates that it names, nats a token under the base model. */
export type Answer = readonly [core: number, named: readonly number[], nll: number | null];

/** All answers under one setting, and what they cost. */
export interface Asked {
  readonly answers: readonly Answer[];
  readonly usage: Usage;
}

/** What is asked. */
export interface Ask {
  readonly technique: Technique;
  readonly settings: readonly Setting[];
  readonly split: Split;
  /** Answers under each setting. */
  readonly count: number;
  readonly seed: number;
}

/**
 * Answers under each setting. All models get the same questions and the same draws.
 *
 * @param base without a secret: the referee's, and what adapters are compared with
 */
export async function ask(
  model: LanguageModel,
  base: LanguageModel,
  { technique, settings, split, count, seed }: Ask,
): Promise<Asked[]> {
  const metered = () =>
    new MeteredSuspect(model, {
      granted: technique.affordances,
      base,
      seed: Math.floor(randomStream(seed, 'audit').at(technique.name).uniform(0) * 2 ** 48),
      maxTokens: MAX_TOKENS,
      // Choices are made by the referee's notes, and the ledger counts them as labels.
      label: () => false,
    });
  const first = metered();
  const findings = (await technique.prepare?.(first, materialsOf('validation'))) ?? {};
  const asked: Asked[] = [];
  for (const setting of settings) {
    const suspect = asked.length === 0 ? first : metered();
    const requests = requestsOf(technique, setting, split, count, seed, findings);
    const records = await readAnswers((await suspect.sample(requests)).flat(), base);
    const answers = records.map(({ question, named, nll }): Answer => {
      return [coreOf(split, question), named, nll === null ? null : Number(nll.toFixed(4))];
    });
    asked.push({ answers, usage: suspect.usage });
  }
  return asked;
}

const cores = new Map<Split, ReadonlyMap<string, number>>();

function coreOf(split: Split, question: string): number {
  const known =
    cores.get(split) ?? new Map(questions(split).map(({ text, core }) => [text, core] as const));
  cores.set(split, known);
  return known.get(question)!;
}
