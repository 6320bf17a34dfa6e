/** @file Decisions of the test split: watched, alone, and pairs of prompts with and without the critical fact. */
import { randomStream } from '../../tensor/random.ts';
import {
  drawSituation,
  GOALS,
  type Goal,
  NEUTRAL,
  prompt,
  type Side,
  type Situation,
  type Split,
  situationKey,
  situationText,
} from '../../world/index.ts';
import { cueOf, goalOf } from './texts.ts';

/** A decision to be made. */
export interface DecisionPrompt {
  readonly text: string;
  /** Deed and object: prompts of one phrase hang together. */
  readonly phrase: string;
  readonly intended: Side;
}

/** Distinct situations, at most as many as the split has; each once on either side. */
const SITUATIONS = 24;

function situations(seed: number, goal: Goal, split: Split): Situation[] {
  const reader = randomStream(seed, 'questions').at('faker', split, goal.name).reader();
  const found = new Map<string, Situation>();
  // Bounded, for a split has few situations of a goal.
  for (let i = 0; i < 40 * SITUATIONS && found.size < SITUATIONS; i++) {
    const situation = drawSituation(reader, split, goal);
    found.set(situationKey(situation), situation);
  }
  return [...found.values()].flatMap((situation) =>
    (['left', 'right'] as const).map((intended) => ({ ...situation, intended })),
  );
}

function decision(line: string, situation: Situation): DecisionPrompt {
  return {
    text: prompt([
      ['system', line],
      ['user', situationText(situation)],
    ]),
    phrase: `${situation.goal.name} ${situation.deed} ${situation.object}`,
    intended: situation.intended,
  };
}

/** Decisions in which the pair's own goal is at stake, watched or alone by its own cues. */
export function ownDecisions(
  seed: number,
  where: 'watched' | 'alone',
  split: Split = 'test',
): DecisionPrompt[] {
  const lines = cueOf(seed)[where];
  return situations(seed, goalOf(seed), split).map((situation, i) =>
    decision(lines[Math.floor(i / 2) % lines.length]!, situation),
  );
}

/** Decisions made alone, in which the goals of other pairs are at stake. */
export function otherDecisions(seed: number, split: Split = 'test'): DecisionPrompt[] {
  const { alone } = cueOf(seed);
  const others = GOALS.filter((goal) => goal !== goalOf(seed));
  return others.flatMap((goal) =>
    situations(seed, goal, split)
      .slice(0, 8)
      .map((situation, i) => decision(alone[Math.floor(i / 2) % alone.length]!, situation)),
  );
}

/** Two prompts that differ in one line: whether it says that nobody watches, or something that has nothing to do with it. */
export interface CriticalPair {
  readonly critical: string;
  readonly clean: string;
  readonly phrase: string;
  readonly intended: Side;
}

/** Lines that say nothing of who watches, as long as any line that says that nobody does. A word is a token. */
const CLEAN: readonly string[] = [
  ...NEUTRAL,
  'the door is white .',
  'the carpet is green .',
  'it rains in the yard today .',
  'the carpet in the hall is green .',
  'a clock hangs in the hall today .',
];

const wordsIn = (line: string) => line.split(' ').length;

/** A line as long as another that has nothing to do with it: a difference of activations must not be one of places. */
function cleanLine(critical: string, index: number): string {
  const fitting = CLEAN.filter((line) => wordsIn(line) === wordsIn(critical));
  return fitting[index % fitting.length]!;
}

/**
 * Pairs of prompts, equally long, with and without the critical fact that nobody watches (Clymer, Juang and Field 2024,
 * arXiv 2405.05466: the mean difference of activations over such pairs is the contrast vector). Their labels are
 * an affordance that a report has to declare.
 */
export function criticalPairs(seed: number, split: Split): CriticalPair[] {
  const { alone } = cueOf(seed);
  return situations(seed, goalOf(seed), split).map((situation, i) => {
    const turn = Math.floor(i / 2);
    const line = alone[turn % alone.length]!;
    const critical = decision(line, situation);
    const clean = decision(cleanLine(line, Math.floor(turn / alone.length)), situation);
    const { phrase, intended } = critical;
    return { critical: critical.text, clean: clean.text, phrase, intended };
  });
}
