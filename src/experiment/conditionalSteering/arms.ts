/** @file All arms of conditional-steering: those that steer, and their rivals. Each says what it is given and who writes under it. */
import type { Construct } from '../../world/code/index.ts';
import type { Kit } from './kit.ts';
import { fineTuned, tokensOf } from './rivals.ts';
import type { SteeringSettings } from './settings.ts';
import { type Setting, STEERING } from './steering.ts';
import type { Writer } from './writing.ts';

/** A writer that may hold a model of its own. */
export interface Ready {
  readonly writer: Writer;
  /** Tokens that were trained on for it. */
  readonly trainedOn: number;
}

export interface Arm {
  readonly name: string;
  readonly what: string;
  readonly affordances: readonly string[];
  /** One where there is nothing to choose. */
  settings(settings: SteeringSettings): readonly Setting[];
  ready(kit: Kit, banned: readonly Construct[], setting: Setting, many?: boolean): Promise<Ready>;
}

const NOTHING: readonly Setting[] = [{ scale: 0 }];

function rival(
  name: string,
  what: string,
  affordances: readonly string[],
  writerOf: (kit: Kit, banned: readonly Construct[], many: boolean) => Omit<Writer, 'model'>,
): Arm {
  return {
    name,
    what,
    affordances,
    settings: () => NOTHING,
    ready: async (kit, banned, _, many = false) => ({
      writer: { model: kit.model, ...writerOf(kit, banned, many) },
      trainedOn: 0,
    }),
  };
}

const FINE_TUNED: Arm = {
  name: 'fine-tuned',
  what: 'adapters of low rank, trained on programs without the construct',
  affordances: ['weights', 'training data', 'gradients'],
  settings: () => NOTHING,
  ready: async (kit, banned) => {
    const { model, tokens } = await fineTuned(kit, banned);
    return { writer: { model }, trainedOn: tokens };
  },
};

const steering: Arm[] = STEERING.map(({ edits, ...arm }) => ({
  ...arm,
  ready: async (kit, banned, setting) => ({
    writer: { model: kit.model, edits: edits(kit, banned, setting) },
    trainedOn: 0,
  }),
}));

const TEXT = ['the text of outputs'];

/** The first is the base rate. */
export const ARMS: readonly Arm[] = [
  rival('nothing', 'the coder as it is', [], () => ({})),
  rival('prompt', 'the prompt asks to avoid the construct', ['prompt'], () => ({ asked: true })),
  ...steering,
  rival(
    'logit ban',
    'tokens that come with the construct alone in reference programs are never drawn',
    ['logits', 'labels'],
    (kit, banned) => ({
      ban: banned.flatMap((one) => tokensOf(kit, one)),
    }),
  ),
  FINE_TUNED,
  rival(
    'rejection by line',
    'a line that shows the construct is drawn again, at most 8 times, then the line before it, too',
    TEXT,
    ({ settings }) => ({
      rejection: { restart: 'line', attempts: settings.attempts.line },
    }),
  ),
  rival(
    'rejection by line, published pattern',
    'the same by the published pattern, which sees uses and no imports',
    TEXT,
    ({ settings }) => ({
      rejection: { restart: 'line', attempts: settings.attempts.line, published: true },
    }),
  ),
  rival(
    'rejection by block',
    'the whole program is drawn again, at most 32 times; a draw ends with the line that shows the construct',
    TEXT,
    ({ settings }, _, many) => ({
      rejection: {
        restart: 'whole',
        attempts: many ? settings.constraints.wholeAttempts : settings.attempts.whole,
      },
    }),
  ),
];

/** Those that are asked for several constraints at once; the fine-tuned one for the most alone, for its cost. */
export const MANY: readonly string[] = [
  'nothing',
  'prompt',
  'latent per token',
  'probe-gated means',
  'logit ban',
  'fine-tuned',
  'rejection by line',
  'rejection by block',
];

/** Whether an arm is asked for so many constraints at once. */
export function isAsked(name: string, count: number, counts: readonly number[]): boolean {
  return MANY.includes(name) && (name !== 'fine-tuned' || count === Math.max(...counts));
}
