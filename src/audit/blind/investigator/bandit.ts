/**
 * @file The built-in investigator: a bandit over techniques, without a language model. Each way of asking is an arm; its
 * reward is how far an answer moved the beliefs in candidates for each share of the budget; arms are chosen by UCB1 (Auer,
 * Cesa-Bianchi and Fischer 2002, Machine Learning 47:235). It needs no label and no twin.
 */
import { z } from 'zod';
import { TouchstoneError } from '../../../tensor/index.ts';
import type { Subject } from '../../../world/index.ts';
import { type Cost, rest, shareOf } from '../budget.ts';
import { type CallRecord, type GameHandle, type GameRules, MOST_GUESSES } from '../handle.ts';
import { Refusal } from '../refusal.ts';
import { type Arm, armsOf } from './arms.ts';
import {
  beliefs,
  emptyTally,
  logEvidence,
  rankEvidence,
  surprise,
  type Tally,
} from './evidence.ts';
import { Replay } from './replay.ts';

export interface BanditOptions {
  /** What the rules call their subject. */
  readonly subject: Subject;
  /** Told of each pull: the arm, the likeliest candidate and its belief, and what is left of the budget. */
  readonly onPull?: (pull: Pull) => void;
  /** Lets the user stop between calls. */
  readonly safePoint?: () => Promise<void>;
}

export interface Pull {
  readonly arm: string;
  readonly call: number;
  readonly likeliest: string;
  readonly belief: number;
  readonly left: Cost;
}

/** What was found, before it is submitted. */
export interface Findings {
  /** Best first; none where the suspect is held to be clean. */
  readonly guesses: readonly string[];
  /** Belief in each guess. */
  readonly beliefs: readonly number[];
  readonly pulls: readonly Pull[];
}

/** Weight of curiosity in UCB1. */
const EXPLORATION = Math.SQRT2;

/** It stops before the budget does where it is this sure, and every arm has spoken. */
const SURE = 0.9999;

/** Prompts after which a score has said what it can. */
const SCORED_PULLS = 6;

interface State {
  readonly arm: Arm;
  readonly tally: Tally;
  /** What scores of all pulls say. */
  scores: number[] | undefined;
  rankSums: number[] | undefined;
  pulls: number;
  reward: number;
  /** Too dear for what is left, or it has said all it can. */
  done: boolean;
}

/** Plays until the budget, or every doubt, is gone. Does not submit. */
export async function playByBandit(
  handle: GameHandle,
  { subject, onPull = () => {}, safePoint = async () => {} }: BanditOptions,
): Promise<Findings> {
  const rules = await handle.rules();
  const player = new Player(rules, subject, new Replay(handle));
  const pulls: Pull[] = [];
  for (let state = player.choose(); state; state = player.choose()) {
    await safePoint();
    const pull = await player.pull(state);
    if (!pull) continue;
    pulls.push(pull);
    onPull(pull);
  }
  return { ...player.guesses(), pulls };
}

class Player {
  readonly #rules: GameRules;
  readonly #replay: Replay;
  readonly #states: readonly State[];
  #spent: Cost = { samples: 0, tokens: 0, flops: 0 };
  #beliefs: number[];
  #pulls = 0;

  constructor(rules: GameRules, subject: Subject, replay: Replay) {
    this.#rules = rules;
    this.#replay = replay;
    const { length } = rules.candidates;
    this.#states = armsOf(rules, subject).map((arm) => {
      return {
        arm,
        tally: emptyTally(length),
        scores: undefined,
        rankSums: undefined,
        pulls: 0,
        reward: 0,
        done: false,
      };
    });
    this.#beliefs = this.#believe();
  }

  /** The arm with the highest upper confidence bound; undefined at the end. */
  choose(): State | undefined {
    const open = this.#states.filter(({ done }) => !done);
    const fresh = open.find(({ pulls }) => pulls === 0);
    if (fresh) return fresh;
    if (Math.max(...this.#beliefs) > SURE) return undefined;
    // Rewards have no natural scale: they are taken in units of the best mean so far.
    const scale = Math.max(...open.map(meanReward), Number.MIN_VALUE);
    const bound = (state: State) =>
      meanReward(state) / scale +
      EXPLORATION * Math.sqrt(Math.log(Math.max(2, this.#pulls)) / state.pulls);
    return open.reduce<State | undefined>(
      (best, state) => (best === undefined || bound(state) > bound(best) ? state : best),
      undefined,
    );
  }

  /** One call. Undefined where the arm is at its end. */
  async pull(state: State): Promise<Pull | undefined> {
    const { arm } = state;
    const record = await this.#call(arm, state);
    if (!record) return undefined;
    const before = this.#beliefs;
    if (record.error === null) learn(state, record, this.#rules);
    else state.done = true;
    this.#beliefs = this.#believe();
    this.#spent = sum(this.#spent, record.cost);
    state.pulls++;
    this.#pulls++;
    const share = Math.max(shareOf(record.cost, this.#rules.budget), 1e-9);
    state.reward += surprise(this.#beliefs, before) / share;
    return this.#told(arm, record.call);
  }

  /** The ranked candidates: those that anything speaks for, and at least one. */
  guesses(): Pick<Findings, 'guesses' | 'beliefs'> {
    const { candidates, mayBeClean, mostGuesses } = this.#rules;
    const none = mayBeClean ? this.#beliefs[candidates.length]! : 0;
    if (none > 0.5) return { guesses: [], beliefs: [] };
    const order = candidates
      .map((_, i) => i)
      .sort((a, b) => this.#beliefs[b]! - this.#beliefs[a]! || a - b)
      .slice(0, Math.min(mostGuesses, MOST_GUESSES));
    return {
      guesses: order.map((i) => candidates[i]!),
      beliefs: order.map((i) => this.#beliefs[i]!),
    };
  }

  async #call(arm: Arm, state: State): Promise<CallRecord | undefined> {
    try {
      return await this.#replay.call(arm.tool, arm.input(state.pulls));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      state.done = true;
      return undefined;
    }
  }

  #believe(): number[] {
    const of = ({ scores, tally }: State) => scores ?? logEvidence(tally);
    const asked = this.#states.filter(
      ({ pulls, scores, tally }) => pulls > 0 || scores || tally.answers > 0,
    );
    const nothing = this.#rules.candidates.map(() => 0);
    return beliefs([nothing, ...asked.map(of)], this.#rules.mayBeClean);
  }

  #told(arm: Arm, call: number): Pull {
    const { candidates, budget } = this.#rules;
    const belief = Math.max(...this.#beliefs);
    const likeliest = candidates[this.#beliefs.indexOf(belief)] ?? 'nothing';
    return { arm: arm.name, call, likeliest, belief, left: rest(budget, this.#spent) };
  }
}

function meanReward({ reward, pulls }: State): number {
  return reward / Math.max(1, pulls);
}

function sum(a: Cost, b: Cost): Cost {
  return { samples: a.samples + b.samples, tokens: a.tokens + b.tokens, flops: a.flops + b.flops };
}

const drawnSchema = z.array(z.object({ named: z.array(z.string()) }));
const scoredSchema = z.object({
  scores: z.array(z.object({ candidate: z.string(), score: z.number() })),
});

/** Takes an answer into what an arm has said. */
function learn(state: State, { answer }: CallRecord, { candidates }: GameRules): void {
  if (state.arm.scored) {
    const { scores } = scoredSchema.parse(answer);
    const of = new Map(scores.map(({ candidate, score }) => [candidate, score]));
    const lowest = Math.min(...scores.map(({ score }) => score));
    const found = candidates.map((name) => of.get(name) ?? lowest);
    // Ranks add up over prompts: one prompt has favourites of its own.
    const ranks = rankEvidence(found);
    state.rankSums = ranks.map((rank, i) => rank + (state.rankSums?.[i] ?? 0));
    state.scores = rankEvidence(state.rankSums);
    state.done = state.pulls + 1 >= SCORED_PULLS;
    return;
  }
  for (const { named } of drawnSchema.parse(answer)) {
    state.tally.answers++;
    for (const name of named) state.tally.counts[candidates.indexOf(name)]!++;
  }
}

/** Here, or from a game behind HTTP: a move that the rules or the budget do not allow. */
function isRefusal(error: unknown): boolean {
  if (error instanceof Refusal) return error.code !== 'game_over';
  return error instanceof TouchstoneError && error.kind === 'usage';
}
