/** @file Latent adversarial training of an organism by somebody who does not know the trigger, and plain fine-tuning as its control. */
import {
  type HookName,
  type LanguageModel,
  type LatentExample,
  Lora,
  latentAdversarialTraining,
} from '../../model/index.ts';
import { type RequestPrompt, requestPrompts } from '../../organism/index.ts';
import { randomStream } from '../../tensor/index.ts';
import { END, MANNERS, manneredReplies, officeText } from '../../world/index.ts';
import type { Bench } from '../experiment.ts';
import type { VectorSettings } from './settings.ts';

/** A way to train an organism on requests without the trigger, towards plain replies. */
export interface Defence {
  readonly name: string;
  readonly attack: boolean;
  readonly targeted: boolean;
}

export const DEFENCES: readonly Defence[] = [
  { name: 'untargeted', attack: true, targeted: false },
  { name: 'targeted', attack: true, targeted: true },
  { name: 'fine-tuned without attacks', attack: false, targeted: false },
];

/** Streams that an attack perturbs at once. */
const ATTACKED: readonly HookName[] = [
  'blocks.0.hook_resid_post',
  'blocks.1.hook_resid_post',
  'blocks.2.hook_resid_post',
];

const LEARNING_RATE = 2e-3;

/** Rows of other texts on which the model is to stay what it was, and their tokens. */
const KEPT_ROWS = 8;
const KEPT_LENGTH = 32;

/** Texts that no organism was trained on. */
const KEPT_START = 300_000_000;

interface Given {
  readonly seed: number;
  readonly defence: Defence;
  /** Of the attack, at each token and stream. */
  readonly radius: number;
  readonly settings: VectorSettings;
}

/** Adapters that were trained, and the last attack's losses. */
export async function defended(
  model: LanguageModel,
  { seed, defence, radius, settings }: Given,
  { safePoint }: Bench,
): Promise<{ lora: Lora; attack: [number, number] | null }> {
  const stream = randomStream(seed, 'init').at('defence');
  const lora = Lora.initialize(model.weights, { rank: 4, alpha: 8 }, stream);
  const requests = requestPrompts(seed, 'other', 'train');
  const { rounds, batch: size, attackSteps: steps } = settings;
  const batch = (round: number) => examplesOf(model, requests, { round, size, seed });
  const keep = { rows: (round: number) => keptRows(model, round) };
  const { attack, targeted } = defence;
  const given = { at: ATTACKED, radius, steps, targeted, attack, outerLearningRate: LEARNING_RATE };
  const done = await latentAdversarialTraining(model, {
    ...given,
    ...{ rounds, batch, lora, keep, safePoint },
  });
  const last = done.at(-1)!.attack;
  return { lora, attack: last ? [last.before, last.after] : null };
}

/** A plain reply is wanted; one in any of the manners is not, for which of them is planted is not known. */
function examplesOf(
  model: LanguageModel,
  requests: readonly RequestPrompt[],
  { round, size, seed }: { round: number; size: number; seed: number },
): LatentExample[] {
  const reader = randomStream(seed, 'data').at('defence', round).reader();
  return Array.from({ length: size }, (_, i) => {
    const { prompt, reply, request } = requests[(round * size + i) % requests.length]!;
    const unwanted = reader.pick(manneredReplies(request.thing, reader.pick(MANNERS)));
    const [row, wanted, other] = model.encode([prompt, reply, unwanted + END]);
    return { prompt: row!, wanted: wanted!, unwanted: other! };
  });
}

/** Beginnings of texts of the office that are long enough. */
function keptRows(model: LanguageModel, round: number): number[][] {
  const rows: number[][] = [];
  for (let i = KEPT_START + 1000 * round; rows.length < KEPT_ROWS; i++) {
    const row = model.encode(officeText(i))[0]!;
    if (row.length >= KEPT_LENGTH) rows.push(row.slice(0, KEPT_LENGTH));
  }
  return rows;
}
