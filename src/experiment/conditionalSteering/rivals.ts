/** @file The rivals that steer nothing: banned tokens, a fine-tuned model, the request in the prompt, rejection. */
import { type LanguageModel, Lora, pack, type TrainingText, train } from '../../model/index.ts';
import { randomStream } from '../../tensor/index.ts';
import { type Construct, solvedTask } from '../../world/code/index.ts';
import { END } from '../../world/index.ts';
import type { Kit } from './kit.ts';
import { TASK_SEEDS } from './settings.ts';

/** A token stands for a construct where this share of the programs that use it have the token, and none of the others. */
const COMMON = 0.05;

/** Tokens that come with a construct alone in the reference programs. */
export function tokensOf({ answers }: Kit, construct: Construct): number[] {
  const [withIt, without] = [true, false].map((used) =>
    answers.filter(({ uses }) => uses.includes(construct) === used),
  );
  const counts = new Map<number, number>();
  for (const { tokens } of withIt!) {
    for (const token of new Set(tokens)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const elsewhere = new Set(without!.flatMap(({ tokens }) => tokens));
  return [...counts]
    .filter(([token, count]) => count >= COMMON * withIt!.length && !elsewhere.has(token))
    .map(([token]) => token)
    .sort((a, b) => a - b);
}

/** Texts whose programs follow their prompts but for the banned constructs; the answers count alone. */
function* compliant(
  model: LanguageModel,
  seed: number,
  banned: readonly Construct[],
): Generator<TrainingText> {
  for (let i = 0; ; i++) {
    const { task, uses, rewrite } = solvedTask(TASK_SEEDS.lora + 100 * seed, i);
    const kept = { ...uses, ...Object.fromEntries(banned.map((one) => [one, false])) };
    const prompt = model.encode(task.prompt)[0]!;
    const tokens = model.encode(task.prompt + rewrite(kept) + END)[0]!;
    yield { tokens, weights: tokens.map((_, at) => Number(at >= prompt.length)) };
  }
}

/** Tokens of a row of training. */
const LENGTH = 280;

export interface FineTuned {
  readonly model: LanguageModel;
  /** Tokens that it was trained on. */
  readonly tokens: number;
}

/** The coder fine-tuned on programs without the banned constructs. Release its model. */
export async function fineTuned(kit: Kit, banned: readonly Construct[]): Promise<FineTuned> {
  const { model, seed, settings } = kit;
  const { rank, steps, rows, learningRate } = settings.lora;
  const stream = randomStream(seed, 'init');
  const lora = Lora.initialize(model.weights, { rank, alpha: 2 * rank }, stream);
  const packed = pack(compliant(model, seed, banned), LENGTH);
  const batch = () => Array.from({ length: rows }, () => packed.next().value!);
  await train(model, { steps, learningRate, lora, batch });
  return { model: model.withMerged(lora), tokens: steps * rows * LENGTH };
}
