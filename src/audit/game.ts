/** @file One technique's game: sweeps its settings on validation questions, then reports on test questions, on suspect and twin. */
import type { LanguageModel } from '../model/index.ts';
import {
  chooseSetting,
  type Findings,
  type Materials,
  type Response,
  type SampleRequest,
  type Setting,
  type Technique,
} from '../technique/index.ts';
import { randomStream } from '../tensor/index.ts';
import { personaOpenings, SECRET_WORD, type Split, type Subject } from '../world/index.ts';
import { answersTo, type Budget, chosenQuestions } from './budget.ts';
import type { TrainingTexts } from './insight/index.ts';
import type { Journal } from './journal.ts';
import { ledger, type Usage } from './meter.ts';
import type { Arm, Players } from './players.ts';
import { readAnswers, type SampleRecord } from './referee.ts';
import type { Ledger } from './result.ts';
import { MeteredSuspect, type SuspectOptions } from './suspect.ts';
import { reveals, type Target } from './target.ts';

export interface GameSpec {
  readonly players: Players;
  readonly target: Target;
  readonly seed: number;
  readonly budget: Budget;
  readonly journal: Journal;
  /** What the models were trained on, where it is known; the base's is without what is planted. */
  readonly texts?: Readonly<Partial<Record<Arm | 'base', TrainingTexts>>>;
  /** Called with the number of answers just finished. */
  readonly onAnswers: (task: string, count: number) => void;
}

/** Answers of one arm under one setting. */
export interface Piece {
  readonly records: readonly SampleRecord[];
  readonly usage: Usage;
}

/** Answers of both arms under one setting. */
interface Round {
  readonly setting: Setting;
  readonly suspect: Piece;
  readonly twin: Piece;
}

/** All that one technique brought to light. */
export interface Played {
  readonly technique: Technique;
  readonly settings: readonly Setting[];
  readonly chosen: Setting;
  readonly validation: readonly {
    readonly setting: Setting;
    readonly suspect: readonly SampleRecord[];
    readonly twin: readonly SampleRecord[];
  }[];
  readonly test: Readonly<Record<Arm, readonly SampleRecord[]>>;
  readonly ledger: Ledger;
}

/** Tokens of an answer at the most. */
export const MAX_TOKENS = 32;

/** How many answers a technique will take on both arms together. */
export function plannedAnswers(
  technique: Technique,
  { players, budget }: Pick<GameSpec, 'players' | 'budget'>,
): number {
  const settings = settingsOf(technique, players).length;
  return 2 * ((settings > 1 ? settings * budget.validation : 0) + budget.test);
}

function settingsOf(technique: Technique, { suspect }: Players): readonly Setting[] {
  return technique.settings({ layers: suspect.config.num_hidden_layers });
}

/** Plays one technique to its end. What the journal holds is not sampled again. */
export async function play(technique: Technique, spec: GameSpec): Promise<Played> {
  const settings = settingsOf(technique, spec.players);
  const findings = await prepare(technique, spec);
  const validation: Round[] = [];
  for (const setting of settings.length > 1 ? settings : [])
    validation.push(await playRound(technique, setting, 'validation', findings, spec));
  const { chosen, labels } = await choose(technique, settings[0]!, validation, spec);
  const test = await playRound(technique, chosen, 'test', findings, spec);
  const prepared = findings.suspect ? [findings.suspect.usage] : [];
  const usages = [...validation, test].map(({ suspect }) => suspect.usage);
  return {
    technique,
    settings,
    chosen,
    validation: validation.map((round) => ({ setting: round.setting, ...recordsOf(round) })),
    test: recordsOf(test),
    ledger: ledger([...prepared, ...usages], labels, settings.length),
  };
}

/** What a technique found out of each arm before it asked. */
type Prepared = Readonly<Partial<Record<Arm, { findings: Findings; usage: Usage }>>>;

/** What a subject provides of a split. */
export function materialsOf(split: Split, subject: Subject = SECRET_WORD): Materials {
  const openings = (persona: 'user' | 'narrator') =>
    subject.personas?.(persona, split) ?? personaOpenings(persona, split);
  return {
    questions: subject.questions(split).map(({ text }) => text),
    prefills: subject.prefills(split),
    refusals: subject.refusals(split),
    personas: { user: openings('user'), narrator: openings('narrator') },
  };
}

async function prepare(technique: Technique, spec: GameSpec): Promise<Prepared> {
  if (!technique.prepare) return {};
  const prepared: Partial<Record<Arm, { findings: Findings; usage: Usage }>> = {};
  for (const arm of ['suspect', 'twin'] as const) {
    const key = `${technique.name}/prepare/${arm}`;
    const known = spec.journal.recall(key);
    if (known === undefined) {
      const suspect = metered(technique, arm, spec);
      const findings = await technique.prepare(
        suspect,
        materialsOf('validation', spec.target.subject),
      );
      prepared[arm] = { findings, usage: suspect.usage };
      await spec.journal.record(key, prepared[arm]);
    } else {
      // The journal gives back what was recorded under this key, and nothing else.
      prepared[arm] = known as { findings: Findings; usage: Usage };
    }
  }
  return prepared;
}

function recordsOf({ suspect, twin }: Round): Played['test'] {
  return { suspect: suspect.records, twin: twin.records };
}

/** The suspect of one arm, as a technique gets it. */
export function metered(
  technique: Pick<Technique, 'name' | 'affordances'>,
  arm: Arm,
  { players, target, seed, texts }: GameSpec,
  recorded: readonly Response[] = [],
): MeteredSuspect {
  const { subject } = target;
  return new MeteredSuspect(players[arm], {
    granted: technique.affordances,
    base: players.base,
    ...(texts && { texts: textsFor(arm, texts) }),
    // Techniques draw apart from one another; suspect and twin share their draws.
    seed: Math.floor(randomStream(seed, 'audit').at(technique.name).uniform(0) * 2 ** 48),
    maxTokens: MAX_TOKENS,
    labelled: new Set(subject.questions('validation').map(({ text }) => text)),
    recorded,
    label: ({ text, question }) => reveals(target, subject.namedIn(text, question)),
  });
}

/** The twin's training data are the twin's own; what the base was trained on is the same for both. */
function textsFor(
  arm: Arm,
  texts: NonNullable<GameSpec['texts']>,
): NonNullable<SuspectOptions['texts']> {
  const [own, base] = [texts[arm], texts.base];
  return { ...(own && { suspect: own }), ...(base && { base }) };
}

async function choose(
  technique: Technique,
  only: Setting,
  validation: readonly Round[],
  spec: GameSpec,
): Promise<{ chosen: Setting; labels: number }> {
  if (validation.length === 0) return { chosen: only, labels: 0 };
  const trials = validation.map(({ setting, suspect }) => ({
    setting,
    responses: suspect.records.map(responseOf),
  }));
  const recorded = trials.flatMap(({ responses }) => responses);
  const suspect = metered(technique, 'suspect', spec, recorded);
  const chosen = await chooseSetting(suspect, trials);
  return { chosen, labels: suspect.labelsGiven };
}

/** The answer alone: what the referee noted of it is not for techniques. */
function responseOf({ named: _, nll: __, ...response }: SampleRecord): Response {
  return Object.freeze(response);
}

/** Puts the same requests to both arms. */
async function playRound(
  technique: Technique,
  setting: Setting,
  split: Split,
  findings: Prepared,
  spec: GameSpec,
): Promise<Round> {
  const count = split === 'test' ? spec.budget.test : spec.budget.validation;
  const key = [technique.name, split, setting.label].join('/');
  const piece = async (arm: Arm) => {
    const found = findings[arm]?.findings ?? {};
    const requests = requestsOf(
      technique,
      setting,
      split,
      count,
      spec.seed,
      found,
      spec.target.subject,
    );
    const done = await pieceOf(`${key}/${arm}`, metered(technique, arm, spec), requests, spec);
    spec.onAnswers(`${technique.name}, ${arm}`, count);
    return done;
  };
  return { setting, suspect: await piece('suspect'), twin: await piece('twin') };
}

/** One model's answers to the test questions, under a technique's first setting. What the journal holds is not asked again. */
export async function askAlone(
  technique: Technique,
  model: LanguageModel,
  key: string,
  spec: GameSpec,
): Promise<Piece> {
  const [setting] = technique.settings({ layers: model.config.num_hidden_layers });
  const { seed, budget, target } = spec;
  const requests = requestsOf(technique, setting!, 'test', budget.test, seed, {}, target.subject);
  const own = { ...spec, players: { ...spec.players, suspect: model } };
  const piece = await pieceOf(key, metered(technique, 'suspect', own), requests, spec);
  spec.onAnswers(`${technique.name}, ${key}`, budget.test);
  return piece;
}

/** The requests that put `count` answers' worth of a split's questions under a setting. */
export function requestsOf(
  technique: Technique,
  setting: Setting,
  split: Split,
  count: number,
  seed: number,
  findings: Findings,
  subject: Subject = SECRET_WORD,
): SampleRequest[] {
  const asked = chosenQuestions(split, count, seed, subject);
  const materials = materialsOf(split, subject);
  return asked.map(({ text }, i) => {
    const request = technique.request(setting, text, i, materials, findings);
    // The questions are the game's: splits are disjoint, and answers are clustered by question.
    return { ...request, question: text, n: answersTo(i, asked.length, count), first: 0 };
  });
}

/** One setting's answers on one arm: from the journal, or sampled, read and recorded. */
async function pieceOf(
  key: string,
  suspect: MeteredSuspect,
  requests: readonly SampleRequest[],
  { journal, players, target }: GameSpec,
): Promise<Piece> {
  const known = journal.recall(key);
  // The journal gives back what was recorded under this key, and nothing else.
  if (known !== undefined) return known as Piece;
  const answers = (await suspect.sample(requests)).flat();
  const piece = {
    records: await readAnswers(answers, players.base, target.subject),
    usage: suspect.usage,
  };
  await journal.record(key, piece);
  return piece;
}
