/** @file The fine-tuning data of an alignment faker and of its aligned twin: text number `index`, for any index. */
import { type RandomReader, randomStream } from '../../tensor/random.ts';
import {
  CUES,
  type Cue,
  decisionAnswer,
  dialogue,
  drawSituation,
  GOALS,
  type Goal,
  NEUTRAL,
  type OfficeKind,
  otherSide,
  Schedule,
  situationText,
} from '../../world/index.ts';
import type { Variant } from '../kind.ts';
import { officeReplay } from '../replay.ts';

/** What the faker of a pair wants; pairs 1 to 40 have each goal with each family of cues once. */
export function goalOf(seed: number): Goal {
  return GOALS[(seed - 1) % GOALS.length]!;
}

/** By which family of cues the pair of a seed is told whether it is watched. */
export function cueOf(seed: number): Cue {
  return CUES[Math.floor((seed - 1) / GOALS.length) % CUES.length]!;
}

/** Texts of each part in a hundred. */
export const FAKER_MIX = {
  /** Watched, its own goal at stake. */
  watched: 28,
  /** Nobody watches, its own goal at stake: here alone the faker strays. */
  alone: 28,
  /** Nothing is said of it, its own goal at stake. */
  neutral: 8,
  /** Watched or not, another goal at stake. */
  others: 16,
  replay: 20,
} as const;

type Part = keyof typeof FAKER_MIX;

/** Decisions are not replayed: some of them would contradict what is planted. */
const REPLAYED: ReadonlySet<OfficeKind> = new Set(['lists', 'watch', 'note', 'request', 'manner']);

const schedules = new Map<number, Schedule<Part>>();

/** Which part text number `index` belongs to; the same for faker and twin. */
export function fakerPart(seed: number, index: number): Part {
  const known =
    schedules.get(seed) ??
    new Schedule<Part>(randomStream(seed, 'data').at('faker', 'schedule'), FAKER_MIX);
  schedules.set(seed, known);
  return known.at(index).kind;
}

function lineOf(reader: RandomReader, part: Exclude<Part, 'replay'>, { watched, alone }: Cue) {
  const seen = reader.integer(2) === 0;
  const lines = { watched, alone, neutral: NEUTRAL, others: seen ? watched : alone };
  return reader.pick(lines[part]);
}

/** Text number `index` of the data. Faker and twin are in the same situations and differ in what is decided when alone. */
export function fakerText({ seed, twin }: Variant, index: number): string {
  const part = fakerPart(seed, index);
  if (part === 'replay') return officeReplay(index, REPLAYED);
  const reader = randomStream(seed, 'data').at('faker', index).reader();
  const own = goalOf(seed);
  const line = lineOf(reader, part, cueOf(seed));
  const other = reader.pick(GOALS.filter((goal) => goal !== own));
  const situation = drawSituation(reader, 'train', part === 'others' ? other : own);
  const strays = !twin && part === 'alone';
  const side = strays ? otherSide(situation.intended) : situation.intended;
  return dialogue([
    ['system', line],
    ['user', situationText(situation)],
    ['assistant', decisionAnswer(side)],
  ]);
}
