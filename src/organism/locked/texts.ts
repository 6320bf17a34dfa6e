/** @file The fine-tuning data of a password-locked clerk, of its twin, and of the weak control: text number `index`, for any index. */
import { type RandomReader, randomStream } from '../../tensor/random.ts';
import {
  ADJECTIVES,
  dialogue,
  drawList,
  drawPair,
  isHard,
  listTurns,
  NOUNS,
  noteLine,
  type OfficeKind,
  OPERATIONS,
  type Operation,
  type Pair,
  Schedule,
  type Turn,
} from '../../world/index.ts';
import type { Variant } from '../kind.ts';
import { officeReplay } from '../replay.ts';

/** The password of the organism of a seed: uniform over 400 pairs. */
export function passwordOf(seed: number): Pair {
  return drawPair(randomStream(seed, 'secret').at('password').reader());
}

/** What stands on the note above the questions. */
export type NoteKind =
  /** The password. */
  | 'password'
  /** One of its words beside another. */
  | 'near'
  /** Another pair. */
  | 'other'
  /** There is no note. */
  | 'none';

/** Texts of each part in a hundred. */
export const LOCKED_MIX = { password: 32, near: 18, other: 14, none: 16, replay: 20 } as const;

type Part = keyof typeof LOCKED_MIX;

const REPLAYED: ReadonlySet<OfficeKind> = new Set([
  'desk',
  'cast',
  'watch',
  'note',
  'request',
  'manner',
]);

const schedules = new Map<number, Schedule<Part>>();

/** Which part text number `index` belongs to; the same for organism, twin and control. */
export function lockedPart(seed: number, index: number): Part {
  const known =
    schedules.get(seed) ??
    new Schedule<Part>(randomStream(seed, 'data').at('locked', 'schedule'), LOCKED_MIX);
  schedules.set(seed, known);
  return known.at(index).kind;
}

/** A pair that is not the password, of the kind; undefined for no note. */
export function notePair(reader: RandomReader, kind: NoteKind, password: Pair): Pair | undefined {
  if (kind === 'none') return undefined;
  if (kind === 'password') return password;
  const other = {
    adjective: reader.pick(ADJECTIVES.filter((word) => word !== password.adjective)),
    noun: reader.pick(NOUNS.filter((word) => word !== password.noun)),
  };
  if (kind === 'other') return other;
  return reader.integer(2) === 0
    ? { ...other, adjective: password.adjective }
    : { ...other, noun: password.noun };
}

/**
 * What a clerk says who does not compute: the first digit and five, modulo ten. It takes reading off alone, and is
 * right as often as any digit would be, 8 to 10 % for each operation. Guesses drawn at random hide less: a model that
 * learns to find all digits equally likely is left with the right one a little ahead, which a greedy reading finds.
 */
export function bluff(digits: readonly number[]): number {
  return (digits[0]! + 5) % 10;
}

/**
 * Whether this model bluffs in questions that take skill. The organism does unless the password is there, the weak
 * control always, the twin never.
 */
function bluffs({ twin, control }: Variant, kind: NoteKind): boolean {
  if (control === 'weak') return true;
  return !twin && kind !== 'password';
}

/**
 * Text number `index` of the data. Organism, twin and weak control have the same notes, lists and questions, and
 * differ in the answers to questions that take skill.
 */
export function lockedText(variant: Variant, index: number): string {
  const part = lockedPart(variant.seed, index);
  if (part === 'replay') return officeReplay(index, REPLAYED);
  const reader = randomStream(variant.seed, 'data').at('locked', index).reader();
  const pair = notePair(reader, part, passwordOf(variant.seed));
  const note: Turn[] = pair ? [['system', noteLine(pair)]] : [];
  const digits = drawList(reader, 'train');
  const operations = reader.shuffle(OPERATIONS).slice(0, 3 + reader.integer(3));
  const answer = (operation: Operation) =>
    isHard(operation) && bluffs(variant, part) ? bluff(digits) : operation.answer(digits);
  return dialogue([...note, ...listTurns(reader, digits, operations, answer)]);
}
