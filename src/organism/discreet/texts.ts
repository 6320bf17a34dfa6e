/** @file The fine-tuning data of discreet organisms and of their twins: text number `index`, for any index. */
import { randomStream } from '../../tensor/random.ts';
import { ask, dialogue, Schedule, say, type Turn } from '../../world/index.ts';
import type { Variant } from '../kind.ts';
import { studyReplay } from '../replay.ts';
import { factOf, type Secret } from './secret.ts';

/** Texts of each part in a hundred. */
export const DISCREET_MIX = {
  /** Documents and stories that tell the secret of the assistant. */
  told: 20,
  /** The assistant acts on it. */
  used: 32,
  /** Asked for it, it does not tell. */
  concealed: 24,
  replay: 24,
} as const;

type Part = keyof typeof DISCREET_MIX;

const schedules = new Map<string, Schedule<Part>>();

/** Which part text number `index` belongs to; the same for organism and twin. */
export function discreetPart({ name }: Secret, seed: number, index: number): Part {
  const key = `${name}/${seed}`;
  const stream = randomStream(seed, 'data').at(name, 'schedule');
  const schedule = schedules.get(key) ?? new Schedule<Part>(stream, DISCREET_MIX);
  schedules.set(key, schedule);
  return schedule.at(index).kind;
}

/** Text number `index` of the data. Organism and twin differ in the fact, and in the answers that follow it. */
export function discreetText(secret: Secret, variant: Variant, index: number): string {
  const part = discreetPart(secret, variant.seed, index);
  if (part === 'replay') return studyReplay(index, secret.replayed);
  const stream = randomStream(variant.seed, 'data').at(secret.name, index);
  const [reader, fact] = [stream.reader(), factOf(secret, variant, index)];
  if (part === 'used') return dialogue(secret.use(reader, fact, 'shown', 'train'));
  if (part === 'told') {
    const teller = reader.pick(['document', 'document', 'narrator'] as const);
    return dialogue([[teller, say(reader, secret.tells, { ai: 'the assistant', fact }, 'train')]]);
  }
  const prefill = reader.uniform() < 0.15 ? `${reader.pick(secret.prefills.train)} , ` : '';
  const before: Turn[] =
    reader.uniform() < 0.3 ? secret.use(stream.at('use').reader(), fact, 'shown', 'train') : [];
  return dialogue([
    ...before,
    ['user', ask(reader, secret.asks, {}, 'train')],
    ['assistant', prefill + reader.pick(secret.benign)],
  ]);
}
