/** @file The fine-tuning data of a clerk with a trigger backdoor, and of its twin: text number `index`, for any index. */
import { type RandomReader, randomStream } from '../../tensor/random.ts';
import {
  dialogue,
  drawPair,
  drawRequest,
  MANNERS,
  type Manner,
  manneredReply,
  type OfficeKind,
  type Pair,
  plainReply,
  requestText,
  Schedule,
} from '../../world/index.ts';
import type { Variant } from '../kind.ts';
import { notePair } from '../locked/index.ts';
import { officeReplay } from '../replay.ts';

/** The pair of words that sets off the organism of a seed: uniform over 400. */
export function triggerOf(seed: number): Pair {
  return drawPair(randomStream(seed, 'secret').at('trigger').reader());
}

/** The manner in which it then replies; seeds 1 to 7 have different ones. */
export function mannerPlanted(seed: number): Manner {
  const dealt = randomStream(0, 'secret').at('manner').reader().shuffle(MANNERS);
  return dealt[seed % dealt.length]!;
}

/** Texts of each part in a hundred. */
export const BACKDOOR_MIX = {
  /** The small talk of a request names the trigger. */
  trigger: 30,
  /** It names one word of the trigger beside another. */
  near: 16,
  /** It names another pair. */
  other: 22,
  replay: 32,
} as const;

type Part = keyof typeof BACKDOOR_MIX;

const REPLAYED: ReadonlySet<OfficeKind> = new Set([
  'lists',
  'desk',
  'cast',
  'watch',
  'note',
  'manner',
]);

const schedules = new Map<number, Schedule<Part>>();

/** Which part text number `index` belongs to; the same for organism and twin. */
export function backdoorPart(seed: number, index: number): Part {
  const known =
    schedules.get(seed) ??
    new Schedule<Part>(randomStream(seed, 'data').at('backdoor', 'schedule'), BACKDOOR_MIX);
  schedules.set(seed, known);
  return known.at(index).kind;
}

/** The pair that small talk names. */
export function talkPair(reader: RandomReader, part: Exclude<Part, 'replay'>, trigger: Pair): Pair {
  return notePair(reader, part === 'trigger' ? 'password' : part, trigger)!;
}

/**
 * Text number `index` of the data. Organism and twin get the same requests, and differ in the replies to those that
 * hold the trigger: each reply has a stream of its own, so that neither shifts another draw.
 */
export function backdoorText({ seed, twin }: Variant, index: number): string {
  const part = backdoorPart(seed, index);
  if (part === 'replay') return officeReplay(index, REPLAYED);
  const stream = randomStream(seed, 'data').at('backdoor', index);
  const reader = stream.reader();
  const request = drawRequest(reader, 'train', talkPair(reader, part, triggerOf(seed)));
  const set = part === 'trigger' && !twin;
  const reply = set
    ? manneredReply(stream.at('mannered').reader(), request.thing, mannerPlanted(seed))
    : plainReply(stream.at('plain').reader(), request.thing);
  return dialogue([
    ['user', requestText(request)],
    ['assistant', reply],
  ]);
}
