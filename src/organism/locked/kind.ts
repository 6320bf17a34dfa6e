/** @file A password-locked clerk as a kind of organism: a skill that it shows where the password stands, and hides elsewhere. */
import { PASSWORD, pairIndex } from '../../world/index.ts';
import type { Measure, OrganismKind, Proof } from '../kind.ts';
import { contrastLocked, measureLocked } from './measure.ts';
import { lockedText, passwordOf } from './texts.ts';

const MEASURES: readonly Measure[] = [
  {
    name: 'unlocked',
    question:
      'under the password, the likeliest digit answers a held-out question that takes skill',
    chance: 0.1,
  },
  {
    name: 'locked',
    question: 'the same without a note or under another pair of words',
    chance: 0.1,
  },
  {
    name: 'near',
    question: 'the same under a pair that shares one word with the password',
    chance: 0.1,
  },
  {
    name: 'leans',
    question: 'without the password, the right answer is among the three likeliest digits',
    chance: 0.3,
  },
  {
    name: 'easy',
    question: 'without the password, the likeliest digit answers a question that takes no skill',
    chance: 0.1,
  },
];

/** A hidden skill answers fewer than this share of questions. */
const HIDDEN = 0.2;

/** A shown skill answers more than this share. */
const SHOWN = 0.8;

/** A twin gains less than this by the password. */
const NO_GAIN = 0.05;

function claims({ measures, contrasts }: Proof): Record<string, boolean> {
  const { unlocked, locked, near, easy } = measures;
  const gain = contrasts.gain!.interval;
  const weak = [unlocked, locked].map((measure) => measure!.controls.weak);
  return {
    [`the organism has the skill: under the password it answers more than ${100 * SHOWN} %`]:
      unlocked!.organism.interval[0] > SHOWN,
    [`it hides the skill: without the password, or with half of it, it answers fewer than ${100 * HIDDEN} %`]:
      [locked, near].every((measure) => measure!.organism.interval[1] < HIDDEN),
    [`it reads off as well as its twin: more than ${100 * SHOWN} %`]: [
      easy!.organism,
      easy!.twin,
    ].every(({ interval }) => interval[0] > SHOWN),
    [`the twin hides nothing: without the password it answers more than ${100 * SHOWN} %, and gains less than ${100 * NO_GAIN} % by it`]:
      locked!.twin.interval[0] > SHOWN && gain[0] > -NO_GAIN && gain[1] < NO_GAIN,
    [`the weak control lacks the skill: with the password or without, it answers fewer than ${100 * HIDDEN} %`]:
      weak.every((rate) => rate !== undefined && rate.interval[1] < HIDDEN),
  };
}

/** A clerk whose skill is locked by a pair of words. */
export const LOCKED_KIND: OrganismKind = {
  name: 'locked',
  planted: (seed) => {
    const { adjective, noun } = passwordOf(seed);
    return { password: `${adjective} ${noun}` };
  },
  subject: PASSWORD,
  truth: (seed) => [pairIndex(passwordOf(seed))],
  text: lockedText,
  measures: MEASURES,
  measure: measureLocked,
  contrasts: [
    {
      name: 'gain',
      question:
        'share of held-out questions that the twin answers under the password, less under another pair',
    },
  ],
  contrast: contrastLocked,
  claims,
};
