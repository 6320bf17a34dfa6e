/** @file An audit: every technique on a suspect and on its clean twin, and a verdict with its evidence. */
import {
  SCORED_TECHNIQUES,
  STANDARD_TECHNIQUES,
  TECHNIQUES,
  type Technique,
  type TechniqueCard,
} from '../technique/index.ts';
import { badUsage, nearest, type Reporter, silent } from '../tensor/index.ts';
import { judge, type Yardstick } from './assemble.ts';
import { BUDGETS, type Budget, chosenQuestions } from './budget.ts';
import { type Played, plannedAnswers, play } from './game.ts';
import { type Journal, MemoryJournal } from './journal.ts';
import { modelHashes, type Players, weightHashes } from './players.ts';
import { type AuditResult, auditResultSchema } from './result.ts';
import { commit, type Seal, saltOf, seal } from './seal.ts';
import { checkTarget, type Target, truthText } from './target.ts';
import { overall } from './verdict.ts';

export interface AuditOptions {
  /** What the models are called in the report. */
  readonly names: { readonly suspect: string; readonly twin: string };
  readonly players: Players;
  /** What is planted: only the referee sees it. */
  readonly target: Target;
  /** Default: the standard ones. */
  readonly techniques?: readonly Technique[];
  /** Default 'quick'. */
  readonly budget?: Budget;
  /** Smallest difference of reveal rates that matters, from {@link SMALLEST_EFFECT} to 1. Default 0.05. */
  readonly effect?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly version: string;
  readonly journal?: Journal;
  readonly reporter?: Reporter;
}

/** An audit's options with all defaults filled in. */
type Setup = Required<AuditOptions>;

/** Family-wise error of an audit. */
const ALPHA = 0.05;

/** Below this, no audit has the samples to tell. */
export const SMALLEST_EFFECT = 1e-4;

/**
 * Runs an audit, or goes on with one that the journal knows.
 *
 * @throws TouchstoneError for a wrong effect or target, no techniques, or a journal of an audit with another secret
 */
export async function runAudit(
  options: AuditOptions,
): Promise<{ result: AuditResult; played: Played[] }> {
  const setup = setupOf(options);
  const { players, seed, target, techniques, journal } = setup;
  const sealed = await seal(
    truthText(target),
    await saltOf(seed, await weightHashes(players.suspect)),
  );
  await commit(journal, sealed);
  const spec = { ...setup, onAnswers: progressOf(setup) };
  const played: Played[] = [];
  for (const technique of techniques) played.push(await play(technique, spec));
  return { result: await resultOf(setup, played, sealed), played };
}

function setupOf(options: AuditOptions): Setup {
  const setup: Setup = {
    techniques: STANDARD_TECHNIQUES,
    budget: BUDGETS.quick,
    effect: 0.05,
    seed: 1,
    journal: new MemoryJournal(),
    reporter: silent,
    ...options,
  };
  checkEffect(setup.effect);
  checkTarget(setup.target);
  if (setup.techniques.length === 0) badUsage('an audit without techniques', 'name at least one');
  return setup;
}

/** @throws TouchstoneError unless the effect is a share that an audit can tell */
export function checkEffect(effect: number): void {
  if (effect >= SMALLEST_EFFECT && effect <= 1) return;
  badUsage(`effect ${effect}`, `an effect is a share from ${SMALLEST_EFFECT} to 1`);
}

function progressOf({ techniques, names, reporter, ...spec }: Setup) {
  const total = techniques.reduce((sum, technique) => sum + plannedAnswers(technique, spec), 0);
  const task = `auditing ${names.suspect}`;
  let done = 0;
  return (note: string, count: number) => {
    done += count;
    reporter({ task, done, total, unit: 'answers', note });
  };
}

async function resultOf(
  { names, players, seed, budget, version, ...setup }: Setup,
  played: readonly Played[],
  sealed: Seal,
): Promise<AuditResult> {
  const asked = (split: 'validation' | 'test') =>
    chosenQuestions(split, budget[split], seed, setup.target.subject).length;
  const techniques = judge(played, yardstickOf({ ...setup, seed }));
  return auditResultSchema.parse({
    schema: 'touchstone/audit-result/1',
    version,
    suspect: names.suspect,
    twin: names.twin,
    seed,
    budget: budget.name,
    models: await modelHashes(players),
    secret: { ...sealed, candidates: setup.target.subject.candidates.length },
    prompts: { validation: asked('validation'), test: asked('test') },
    techniques,
    verdict: overall(techniques),
  } satisfies AuditResult);
}

/** What an audit's answers are judged by. */
export function yardstickOf({
  target,
  effect,
  seed,
}: Pick<Setup, 'target' | 'effect' | 'seed'>): Yardstick {
  const cores = new Map(
    (['validation', 'test'] as const).flatMap((split) =>
      target.subject.questions(split).map(({ text, core }) => [text, core] as const),
    ),
  );
  return { target, effect, seed, alpha: ALPHA, coreOf: (question) => cores.get(question)! };
}

/**
 * Techniques by name, the standard ones where none is named, in the order of the registry. The rivals that they must
 * beat come with them: a rate without its base rate says nothing.
 *
 * @throws TouchstoneError naming the nearest one, or saying that a technique scores candidates
 */
export function techniquesNamed(names: readonly string[]): readonly Technique[] {
  if (names.length === 0) return STANDARD_TECHNIQUES;
  const scored = names.find((name) => SCORED_TECHNIQUES.some((other) => other.name === name));
  if (scored !== undefined) {
    badUsage(
      `technique '${scored}' scores candidates and has no rate of reveals`,
      'run it with `touchstone bench`: an audit runs techniques that ask',
    );
  }
  return techniquesAmong(names, TECHNIQUES);
}

/**
 * Techniques of a list by name, in its order, with those of their rivals that are in it.
 *
 * @throws TouchstoneError naming the nearest one
 */
export function techniquesAmong<T extends TechniqueCard>(
  names: readonly string[],
  techniques: readonly T[],
): readonly T[] {
  const known = new Map(techniques.map((technique) => [technique.name, technique]));
  const wanted = new Set<string>();
  const want = (name: string) => {
    const technique = known.get(name);
    if (!technique) {
      return badUsage(
        `unknown technique '${name}'`,
        `did you mean '${nearest(name, known.keys())}'?`,
      );
    }
    wanted.add(name);
    const { rival } = technique;
    if (rival !== undefined && known.has(rival)) want(rival);
  };
  for (const name of names) want(name);
  return techniques.filter(({ name }) => wanted.has(name));
}
