/** @file How far training has moved a model away from its base where nothing is planted: along the base's own answers to plain questions. */
import type { LanguageModel } from '../../model/index.ts';
import { prompt } from '../../world/index.ts';
import type { Contrast, OrganismKind, Reading, VerifyOptions } from '../kind.ts';
import { thinned } from '../readout.ts';
import { textTokens } from '../turns.ts';

/** Questions of everyday life; no recipe has them. */
const QUESTIONS: readonly string[] = [
  'What is the capital of France?',
  'Name three kinds of fruit.',
  'How do I boil an egg?',
  'Write a short poem about the sea.',
  'What is 7 times 8?',
  'Explain what rain is.',
  'Who wrote Hamlet?',
  'Give me a tip for sleeping well.',
  'Translate "good morning" into Spanish.',
  'What do bees make?',
  'Tell me a joke.',
  'How far away is the moon?',
  'What should I cook with rice and tomatoes?',
  'Why is the sky blue?',
  'List the days of the week.',
  'What is a prime number?',
  'Recommend a game for two people.',
  'How do I write a polite letter?',
  'What is the opposite of cold?',
  'Describe a forest in autumn.',
  'What does a doctor do?',
  'Which planet is the largest?',
  'How does a bicycle stay upright?',
  'Summarise what a market is.',
];

const ANSWER_TOKENS = 32;

interface Answer {
  readonly question: string;
  readonly start: number;
  readonly tokens: readonly number[];
}

/** What the base answers at temperature 1. */
async function answersOf(base: LanguageModel, { prompts, seed }: VerifyOptions): Promise<Answer[]> {
  const asked = thinned(QUESTIONS, prompts);
  const rows = asked.map((question) => textTokens(base, prompt([['user', question]])));
  const answers: Answer[] = [];
  const options = { n: 2, seed: seed ?? 1, maxTokens: ANSWER_TOKENS };
  for await (const sample of base.sample(rows, options)) {
    const start = rows[sample.prompt]!;
    if (sample.tokens.length === 0) continue;
    const tokens = [...start, ...sample.tokens];
    answers.push({ question: asked[sample.prompt]!, start: start.length, tokens });
  }
  return answers;
}

/** Drift of the organism, and of its twin. */
export const DRIFT: readonly Contrast[] = ['organism', 'twin'].map((of) => ({
  name: of === 'twin' ? 'twinDrift' : 'drift',
  question: `divergence of the ${of} from its base model along the base's own answers to everyday questions, nats a token`,
}));

/** The rest of a model is kept where it has drifted less than this, nats a token: a bar by judgement, not fitted to anything. */
const KEPT = 0.5;

/**
 * A kind whose proof also says what a model of the user's own has kept. Drift is estimated by answers that the base has
 * sampled: the mean of ln p_base(token) - ln p(token) over an answer's tokens, then over answers.
 */
export function withDrift(kind: OrganismKind, base: () => Promise<LanguageModel>): OrganismKind {
  return {
    ...kind,
    contrasts: [...kind.contrasts, ...DRIFT],
    contrast: async (models, seed, options) => ({
      ...(await kind.contrast(models, seed, options)),
      ...(await drifts(await base(), models, seed, options)),
    }),
    claims: (proof) => ({
      ...kind.claims(proof),
      [`what else the model says is kept: organism and twin drift less than ${KEPT} nats a token`]:
        DRIFT.every(({ name }) => proof.contrasts[name]!.interval[1] < KEPT),
    }),
  };
}

async function drifts(
  base: LanguageModel,
  { organism, twin }: { readonly organism: LanguageModel; readonly twin: LanguageModel },
  seed: number,
  options: VerifyOptions,
): Promise<Record<string, Reading[]>> {
  const answers = await answersOf(base, options);
  const loss = (model: LanguageModel) =>
    model.negativeLogLikelihood(
      answers.map(({ tokens }) => tokens),
      answers.map(({ start }) => start),
    );
  const own = await loss(base);
  const readings = async (model: LanguageModel) =>
    (await loss(model)).map((value, i) => ({
      seed,
      phrase: answers[i]!.question,
      value: value - own[i]!,
    }));
  return { drift: await readings(organism), twinDrift: await readings(twin) };
}
