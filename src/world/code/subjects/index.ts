/** @file All functions under test, dealt into those to train on and those held out. */
import { type RandomReader, randomStream } from '../../../tensor/random.ts';
import { OPERATION_SUBJECTS } from './operations.ts';
import { SHAPE_SUBJECTS } from './shapes.ts';
import type { Subject } from './subject.ts';

export { definition, NAME, type Subject } from './subject.ts';

/** One function in eight is in no training text. */
const HELD_OUT = 1 / 8;

const deal = randomStream(1, 'held-out').at('code', 'subjects');

function isHeldOut({ source }: Subject): boolean {
  return deal.at(source).uniform(0) < HELD_OUT;
}

/** Kinds of functions; of a hundred tasks, those below `until` and not below the one before are of the kind. */
const GROUPS: readonly { readonly until: number; readonly subjects: readonly Subject[] }[] = [
  { until: 70, subjects: OPERATION_SUBJECTS },
  { until: 88, subjects: SHAPE_SUBJECTS.codes },
  { until: 100, subjects: SHAPE_SUBJECTS.fields },
];

const DEALT = [false, true].map((heldOut) =>
  GROUPS.map(({ until, subjects }) => ({
    until,
    subjects: subjects.filter((subject) => isHeldOut(subject) === heldOut),
  })),
);

/** Draws a function: of those to train on, or of those held out. */
export function drawSubject(reader: RandomReader, heldOut: boolean): Subject {
  const groups = DEALT[Number(heldOut)]!;
  const drawn = reader.integer(100);
  return reader.pick(groups.find(({ until }) => drawn < until)!.subjects);
}
