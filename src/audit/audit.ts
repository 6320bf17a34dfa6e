/** @file An audit: every technique on a suspect and on its clean twin, and a verdict with its evidence. */
import {
  ALL_TECHNIQUES,
  type AnyTechnique,
  isScored,
  STANDARD_TECHNIQUES,
  type Technique,
  type TechniqueCard,
} from '../technique/index.ts';
import { badUsage, nearest, type Reporter, silent } from '../tensor/index.ts';
import { judge, type Yardstick } from './assemble.ts';
import { BUDGETS, type Budget, chosenQuestions } from './budget.ts';
import { type GameSpec, type Played, plannedAnswers, play } from './game.ts';
import { type Journal, MemoryJournal } from './journal.ts';
import { modelHashes, type Players, weightHashes } from './players.ts';
import { type AuditResult, auditResultSchema } from './result.ts';
import { playScored, type ScoredPlay } from './scoring.ts';
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
  readonly techniques?: readonly AnyTechnique[];
  /** What the models were trained on, for techniques that search it; where it is not known, those cannot be run. */
  readonly texts?: GameSpec['texts'];
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
type Setup = Required<Omit<AuditOptions, 'texts'>> & Pick<AuditOptions, 'texts'>;

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
  const { texts, ...rest } = setup;
  const spec: GameSpec = { ...rest, ...(texts && { texts }), onAnswers: progressOf(setup) };
  const played: Played[] = [];
  const scored: ScoredPlay[] = [];
  for (const technique of techniques) {
    if (isScored(technique)) scored.push(await playScored(technique, spec));
    else played.push(await play(technique, spec));
  }
  return { result: await resultOf(setup, played, scored, sealed), played };
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
  const asking = techniques.filter((technique): technique is Technique => !isScored(technique));
  const answers = asking.reduce((sum, technique) => sum + plannedAnswers(technique, spec), 0);
  // Where nothing is asked, readings of one model each are counted.
  const [total, unit] = answers > 0 ? [answers, 'answers'] : [2 * techniques.length, 'readings'];
  const task = `auditing ${names.suspect}`;
  let done = 0;
  return (note: string, count: number) => {
    done += answers > 0 ? count : 1;
    reporter({ task, done, total, unit, note });
  };
}

async function resultOf(
  { names, players, seed, budget, version, ...setup }: Setup,
  played: readonly Played[],
  scored: readonly ScoredPlay[],
  sealed: Seal,
): Promise<AuditResult> {
  const asked = (split: 'validation' | 'test') =>
    chosenQuestions(split, budget[split], seed, setup.target.subject).length;
  const judged = judge(played, yardstickOf({ ...setup, seed }), scored);
  return auditResultSchema.parse({
    schema: 'touchstone/audit-result/1',
    version,
    suspect: names.suspect,
    twin: names.twin,
    seed,
    budget: budget.name,
    models: await modelHashes(players),
    secret: { ...sealed, ...named(setup.target) },
    prompts: { validation: asked('validation'), test: asked('test') },
    ...judged,
    verdict: overall([...judged.techniques, ...judged.scored]),
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
 * @throws TouchstoneError naming the nearest one
 */
export function techniquesNamed(names: readonly string[]): readonly AnyTechnique[] {
  return names.length === 0 ? STANDARD_TECHNIQUES : techniquesAmong(names, ALL_TECHNIQUES);
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

/** What was looked for, without the truth. */
function named({ subject: { name, candidates } }: Target) {
  return { subject: name, candidates: candidates.length };
}
