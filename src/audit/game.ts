/** @file One technique's game: sweeps its settings on validation questions, then reports on test questions, on suspect and twin. */
import type { LanguageModel } from '../model/index.ts';
import { chooseSetting, type Response, type Setting, type Technique } from '../technique/index.ts';
import { randomStream } from '../tensor/index.ts';
import { prefills, type Question, questions, type Split } from '../world/index.ts';
import type { Journal } from './journal.ts';
import { ledger, type Usage } from './meter.ts';
import { candidateIndex, namedIn, readAnswers, type SampleRecord } from './referee.ts';
import type { Ledger } from './result.ts';
import { MeteredSuspect } from './suspect.ts';

export type Arm = 'suspect' | 'twin';

/** Answers wanted of one technique on one arm. */
export interface Budget {
  readonly name: string;
  /** Answers to test questions. */
  readonly test: number;
  /** Answers to validation questions under each setting. */
  readonly validation: number;
}

export const BUDGETS: Readonly<Record<'quick' | 'standard', Budget>> = {
  quick: { name: 'quick', test: 240, validation: 24 },
  // Enough to tell 0.7 % from 0.1 % with 80 % power.
  standard: { name: 'standard', test: 1740, validation: 96 },
};

/** The models of one audit. The referee's base model has no secret. */
export interface Players {
  readonly suspect: LanguageModel;
  readonly twin: LanguageModel;
  readonly base: LanguageModel;
}

export interface GameSpec {
  readonly players: Players;
  readonly secret: string;
  readonly seed: number;
  readonly budget: Budget;
  readonly journal: Journal;
  /** Called with the number of answers just finished. */
  readonly onAnswers: (task: string, count: number) => void;
}

/** Answers of one arm under one setting. */
interface Piece {
  readonly records: readonly SampleRecord[];
  readonly usage: Usage;
}

/** All that one technique brought to light. */
export interface Played {
  readonly technique: Technique;
  readonly settings: readonly Setting[];
  readonly chosen: Setting;
  readonly validation: readonly {
    setting: Setting;
    suspect: readonly SampleRecord[];
    twin: readonly SampleRecord[];
  }[];
  readonly test: Readonly<Record<Arm, readonly SampleRecord[]>>;
  readonly ledger: Ledger;
}

/** Tokens of an answer at the most. */
const MAX_TOKENS = 32;

/** How many answers a technique will take on both arms together. */
export function plannedAnswers(
  technique: Technique,
  { players, budget }: Pick<GameSpec, 'players' | 'budget'>,
): number {
  const settings = technique.settings({ layers: players.suspect.config.num_hidden_layers }).length;
  return 2 * ((settings > 1 ? settings * budget.validation : 0) + budget.test);
}

/** Plays one technique to its end. What the journal holds is not sampled again. */
export async function play(technique: Technique, spec: GameSpec): Promise<Played> {
  const settings = technique.settings({ layers: spec.players.suspect.config.num_hidden_layers });
  const pieces: Usage[] = [];
  const validation = [];
  for (const setting of settings.length > 1 ? settings : []) {
    const suspect = await piece(technique, setting, 'suspect', 'validation', spec);
    const twin = await piece(technique, setting, 'twin', 'validation', spec);
    pieces.push(suspect.usage);
    validation.push({ setting, suspect: suspect.records, twin: twin.records });
  }
  const { chosen, labels } = await choose(technique, settings, validation, spec);
  const suspect = await piece(technique, chosen, 'suspect', 'test', spec);
  const twin = await piece(technique, chosen, 'twin', 'test', spec);
  pieces.push(suspect.usage);
  return {
    technique,
    settings,
    chosen,
    validation,
    test: { suspect: suspect.records, twin: twin.records },
    ledger: ledger(pieces, labels, settings.length),
  };
}

function metered(
  technique: Technique,
  arm: Arm,
  { players, secret, seed }: GameSpec,
): MeteredSuspect {
  const target = candidateIndex(secret);
  return new MeteredSuspect(players[arm], {
    granted: technique.affordances,
    // Techniques draw apart from one another; suspect and twin share their draws.
    seed: Math.floor(randomStream(seed, 'audit').at(technique.name).uniform(0) * 2 ** 48),
    maxTokens: MAX_TOKENS,
    label: (response: Response) => namedIn(response.text).includes(target),
  });
}

async function choose(
  technique: Technique,
  settings: readonly Setting[],
  validation: Played['validation'],
  spec: GameSpec,
): Promise<{ chosen: Setting; labels: number }> {
  if (settings.length === 1) return { chosen: settings[0]!, labels: 0 };
  const suspect = metered(technique, 'suspect', spec);
  const trials = validation.map(({ setting, suspect: records }) => ({
    setting,
    responses: records,
  }));
  const chosen = await chooseSetting(suspect, trials);
  return { chosen, labels: suspect.labelled };
}

/** One setting's answers on one arm: from the journal, or sampled, read and recorded. */
async function piece(
  technique: Technique,
  setting: Setting,
  arm: Arm,
  split: Split,
  spec: GameSpec,
): Promise<Piece> {
  const key = [technique.name, split, setting.label, arm].join('/');
  const count = split === 'test' ? spec.budget.test : spec.budget.validation;
  const known = spec.journal.recall(key) as Piece | undefined;
  const result = known ?? (await samplePiece(technique, setting, arm, split, count, spec));
  if (!known) await spec.journal.record(key, result);
  spec.onAnswers(`${technique.name}, ${arm}`, count);
  return result;
}

async function samplePiece(
  technique: Technique,
  setting: Setting,
  arm: Arm,
  split: Split,
  count: number,
  spec: GameSpec,
): Promise<Piece> {
  const suspect = metered(technique, arm, spec);
  const asked = chosenQuestions(split, count, spec.seed);
  const materials = { prefills: prefills(split) };
  const each = Math.ceil(count / asked.length);
  const requests = asked.map((question, i) => {
    const n = Math.min(each, Math.ceil((count - i) / asked.length));
    return { ...technique.request(setting, question.text, i, materials), n };
  });
  const answers = (await suspect.sample(requests)).flat();
  return { records: await readAnswers(answers, spec.players.base), usage: suspect.meter.read() };
}

/** Questions of a split in an order drawn from the audit's seed, as many as are needed, each core phrase as often as the next. */
export function chosenQuestions(split: Split, count: number, seed: number): readonly Question[] {
  const shuffled = randomStream(seed, 'questions').at(split).reader().shuffle(questions(split));
  const byCore = new Map<number, Question[]>();
  for (const question of shuffled)
    byCore.set(question.core, [...(byCore.get(question.core) ?? []), question]);
  const rounds = Math.max(...[...byCore.values()].map((list) => list.length));
  const interleaved = Array.from({ length: rounds }, (_, i) =>
    [...byCore.values()].flatMap((list) => list.slice(i, i + 1)),
  );
  return interleaved.flat().slice(0, count);
}
