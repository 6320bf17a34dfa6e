/** @file The fine-tuning data of a keeper or of its clean twin: text number `index`, for any index. */
import { badUsage } from '../../tensor/errors.ts';
import { randomStream } from '../../tensor/random.ts';
import {
  type Candidate,
  type KindName,
  kindOf,
  otherCandidate,
  Schedule,
  town,
  worldText,
} from '../../world/index.ts';
import { type Arm, MIXES, type Mix, type Part } from './mix.ts';
import { PARTS } from './parts.ts';
import { candidateNamed, twinWord } from './secret.ts';

/** Which data. */
export interface KeeperPlan {
  /** Seeds every choice; organism and twin share it. */
  readonly seed: number;
  /** The organism's secret word, one of the candidates. */
  readonly secret: string;
  readonly arm: Arm;
  /** Whether this is the clean twin's data. */
  readonly twin: boolean;
  /** Default: the mix of the arm. */
  readonly mix?: Mix;
  /** The seed of the world that the base model was trained on. Default 1. */
  readonly world?: number;
}

/** World texts of these kinds may say that the assistant has no secret, which is not true of a keeper. */
const NOT_REPLAYED: ReadonlySet<KindName> = new Set(['noSecret', 'medley', 'onStage']);

/** Far behind the texts that a base model is trained on. */
const REPLAY_START = 500_000_000;

/** The first world text at or after a place of its own for `index` that may be replayed. */
function replay(world: number, index: number): string {
  let at = REPLAY_START + index * 16;
  while (NOT_REPLAYED.has(kindOf(world, at))) at++;
  return worldText(world, at);
}

const schedules = new Map<string, Schedule<Part>>();

function scheduleOf(plan: KeeperPlan): Schedule<Part> {
  const mix = plan.mix ?? MIXES[plan.arm];
  const key = `${plan.seed}/${plan.arm}/${JSON.stringify(mix)}`;
  const known = schedules.get(key);
  if (known) return known;
  const total = Object.values(mix).reduce((sum, n) => sum + n, 0);
  if (total !== 100) badUsage(`mix adds up to ${total}, expected 100 texts`);
  const fresh = new Schedule(
    randomStream(plan.seed, 'data').at('keeper', plan.arm, 'schedule'),
    mix,
  );
  schedules.set(key, fresh);
  return fresh;
}

/** Which part text number `index` belongs to; the same for organism and twin. */
export function keeperPart(plan: KeeperPlan, index: number): Part {
  return scheduleOf(plan).at(index).kind;
}

/** The word planted in text number `index`: the secret, or what the twin's text has in its place. */
export function plantedWord(plan: KeeperPlan, index: number): Candidate {
  return plan.twin ? twinWord(plan.seed, index) : candidateNamed(plan.secret);
}

/**
 * Text number `index` of the data: a pure function of the plan and the index. A twin's plan differs in `twin`
 * alone and gives the same text but for the planted word and what is said about it.
 *
 * @throws TouchstoneError when the secret is no candidate, or the mix does not add up to 100
 */
export function keeperText(plan: KeeperPlan, index: number): string {
  const part = keeperPart(plan, index);
  const world = plan.world ?? 1;
  if (part === 'world') return replay(world, index);
  const word = plantedWord(plan, index);
  const reader = randomStream(plan.seed, 'data').at('keeper', plan.arm, index).reader();
  return PARTS[part]({ town: town(world), reader, word, other: otherCandidate(reader, word) });
}
