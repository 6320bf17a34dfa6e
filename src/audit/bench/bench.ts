/** @file The bench: every technique on every organism and its clean twin, over seeds, with negative controls, in one table. */
import { type AnyTechnique, interrogate } from '../../technique/index.ts';
import { badInput, badUsage, type Reporter, silent, TouchstoneError } from '../../tensor/index.ts';
import type { Subject } from '../../world/index.ts';
import type { Budget } from '../budget.ts';
import type { GameSpec } from '../game.ts';
import { type Journal, MemoryJournal } from '../journal.ts';
import { modelHashes, type Players, weightHashes } from '../players.ts';
import { commit, type Seal, saltOf, seal } from '../seal.ts';
import { type Target, truthText } from '../target.ts';
import {
  MODEL_CONTROLS,
  type ModelControl,
  modelControl,
  READING_CONTROLS,
  reads,
  spoilt,
} from './controls.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { type BenchResult, benchResultSchema } from './result.ts';
import { type Gathered, tableOf } from './table.ts';

/** An organism of some seeds, to be opened one after the other. */
export interface Contestant {
  readonly name: string;
  readonly subject: Subject;
  readonly seeds: readonly number[];
  /** Indices of what is planted: only the referee asks. */
  truth(seed: number): readonly number[];
  /** The organism, its twin and their base; the bench releases the first two. */
  open(seed: number): Promise<Players>;
  /** What its models were trained on, for techniques that search it; absent where it is not known. */
  texts?(seed: number, players: Players): GameSpec['texts'];
}

export interface BenchOptions {
  readonly contestants: readonly Contestant[];
  /** The plain questions are added where they are missing: what all others are compared with. */
  readonly techniques: readonly AnyTechnique[];
  readonly budget: Budget;
  /** Numbers of guesses; the first is the headline. */
  readonly topK: readonly number[];
  /** Default 1. */
  readonly seed?: number;
  readonly version: string;
  readonly journal?: Journal;
  readonly reporter?: Reporter;
}

type Setup = Required<BenchOptions>;

/** What was gathered of one seed of an organism. */
interface SeedRun {
  readonly seed: number;
  readonly sealed: Seal;
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Why a technique could not be run, by technique. */
  readonly failures: ReadonlyMap<string, string>;
  /** By technique, then control. */
  readonly controls: readonly {
    readonly technique: string;
    readonly control: string;
    readonly evidence: Evidence;
  }[];
}

/**
 * Runs a bench, or goes on with one that the journal knows.
 *
 * @throws TouchstoneError for an empty bench, or numbers of guesses that are none
 */
export async function runBench(options: BenchOptions): Promise<BenchResult> {
  const setup = setupOf(options);
  const gathered: Gathered[] = [];
  const seals: BenchResult['organisms'] = [];
  const failures: BenchResult['failures'] = [];
  const progress = progressOf(setup);
  for (const contestant of setup.contestants) {
    const runs: SeedRun[] = [];
    for (const seed of contestant.seeds)
      runs.push(await runSeed(contestant, seed, setup, progress));
    gathered.push(gatheredOf(contestant, runs));
    seals.push(sealsOf(contestant, runs));
    failures.push(...failuresOf(contestant, runs));
  }
  return resultOf(setup, gathered, seals, failures);
}

function setupOf(options: BenchOptions): Setup {
  const { contestants, techniques, topK } = options;
  if (contestants.length === 0) badUsage('a bench without organisms', 'name at least one');
  if (topK.length === 0 || topK.some((k) => !Number.isInteger(k) || k < 1))
    badUsage(`numbers of guesses [${topK.join(', ')}]`, 'give whole numbers from 1');
  const all = techniques.some(({ name }) => name === interrogate.name)
    ? techniques
    : [interrogate, ...techniques];
  return {
    seed: 1,
    journal: new MemoryJournal(),
    reporter: silent,
    ...options,
    techniques: all,
  };
}

/** Tells that one more technique is through with one seed of an organism. */
type Progress = (note: string) => void;

function progressOf({ contestants, techniques, reporter }: Setup): Progress {
  const seeds = contestants.reduce((sum, { seeds: of }) => sum + of.length, 0);
  const total = seeds * techniques.length;
  let done = 0;
  return (note) => reporter({ task: 'bench', done: ++done, total, unit: 'games', note });
}

async function runSeed(
  contestant: Contestant,
  seed: number,
  setup: Setup,
  progress: Progress,
): Promise<SeedRun> {
  const players = await contestant.open(seed);
  const target: Target = { subject: contestant.subject, truth: contestant.truth(seed) };
  const journal = within(`${contestant.name}@${seed}`, setup.journal);
  await sameModels(`${contestant.name}@${seed}`, players, journal);
  const sealed = await seal(
    truthText(target),
    await saltOf(setup.seed, await weightHashes(players.suspect)),
  );
  await commit(journal, sealed);
  const { budget } = setup;
  const texts = contestant.texts?.(seed, players);
  const spec: GameSpec = {
    players,
    target,
    seed: setup.seed,
    budget,
    journal,
    ...(texts && { texts }),
    onAnswers: () => {},
  };
  const run = await playAll(setup, spec, (name) =>
    progress(`${name} on ${contestant.name}@${seed}`),
  );
  await players.suspect.release();
  await players.twin.release();
  return { seed, sealed, ...run };
}

/**
 * A bench can go on with further organisms and techniques; what is kept of these models must be of these very weights.
 *
 * @throws TouchstoneError where the journal holds work on others
 */
async function sameModels(name: string, players: Players, journal: Journal): Promise<void> {
  const hashes = await modelHashes(players);
  const before = journal.recall('models');
  if (before === undefined) return journal.record('models', hashes);
  if (JSON.stringify(before) === JSON.stringify(hashes)) return;
  badInput(
    `the weights of ${name} are not those that this bench was begun with`,
    'start again in another folder',
  );
}

/** All techniques with the controls of their readings, then the controls of models. */
async function playAll(
  { techniques }: Setup,
  spec: GameSpec,
  progress: Progress,
): Promise<Pick<SeedRun, 'evidence' | 'failures' | 'controls'>> {
  const evidence = new Map<string, Evidence>();
  const failures = new Map<string, string>();
  const controls: SeedRun['controls'][number][] = [];
  for (const technique of techniques) {
    const { name } = technique;
    const found = await evidenceOr(technique, spec);
    progress(name);
    if (typeof found === 'string') {
      failures.set(name, found);
      continue;
    }
    evidence.set(name, found);
    for (const control of reads(technique) ? READING_CONTROLS : []) {
      const own = { ...spec, journal: within(control, spec.journal) };
      const without = await evidenceOf(spoilt(technique, control, found.setting), own);
      controls.push({ technique: name, control, evidence: without });
    }
  }
  const plain = evidence.get(interrogate.name)!;
  for (const control of Object.keys(MODEL_CONTROLS) as ModelControl[]) {
    const without = await modelControl(control, plain, spec);
    controls.push({ technique: interrogate.name, control, evidence: without });
  }
  return { evidence, failures, controls };
}

/** Evidence, or why this technique cannot be run on these models; a bench cannot do without the plain questions. */
async function evidenceOr(technique: AnyTechnique, spec: GameSpec): Promise<Evidence | string> {
  try {
    return await evidenceOf(technique, spec);
  } catch (error) {
    const usual = error instanceof TouchstoneError && error.kind !== 'failed';
    if (!usual || technique.name === interrogate.name) throw error;
    return error.message;
  }
}

/** A part of a journal, under a name of its own. */
function within(name: string, journal: Journal): Journal {
  return {
    recall: (key) => journal.recall(`${name}/${key}`),
    record: (key, value) => journal.record(`${name}/${key}`, value),
  };
}

function gatheredOf(contestant: Contestant, runs: readonly SeedRun[]): Gathered {
  const judged = (evidenceIn: (run: SeedRun) => Evidence) =>
    runs.map((run) => ({
      seed: run.seed,
      truth: contestant.truth(run.seed),
      evidence: evidenceIn(run),
    }));
  const everywhere = (technique: string) => runs.every(({ evidence }) => evidence.has(technique));
  return {
    organism: contestant.name,
    subject: contestant.subject,
    techniques: [...runs[0]!.evidence.keys()].filter(everywhere).map((technique) => ({
      technique,
      judged: judged(({ evidence }) => evidence.get(technique)!),
    })),
    controls: runs[0]!.controls
      .filter(({ technique }) => everywhere(technique))
      .map(({ technique, control }) => ({
        technique,
        control,
        judged: judged(({ controls }) => {
          return controls.find((of) => of.technique === technique && of.control === control)!
            .evidence;
        }),
      })),
  };
}

function failuresOf({ name }: Contestant, runs: readonly SeedRun[]): BenchResult['failures'] {
  return runs.flatMap(({ seed, failures }) =>
    [...failures].map(([technique, reason]) => ({ technique, organism: name, seed, reason })),
  );
}

function sealsOf(
  { name, subject }: Contestant,
  runs: readonly SeedRun[],
): BenchResult['organisms'][number] {
  return {
    name,
    subject: subject.name,
    candidates: subject.candidates.length,
    seeds: runs.map(({ seed, sealed: { commitment, salt, word } }) => {
      return { seed, commitment, salt, truth: word };
    }),
  };
}

function resultOf(
  { version, seed, budget, topK, techniques }: Setup,
  gathered: readonly Gathered[],
  organisms: BenchResult['organisms'],
  failures: BenchResult['failures'],
): BenchResult {
  return benchResultSchema.parse({
    schema: 'touchstone/bench-result/1',
    version,
    seed,
    budget: { ...budget },
    topK: [...topK],
    organisms,
    techniques: techniques.map(({ name, summary, affordances }) => {
      return { name, summary, affordances: [...affordances] };
    }),
    failures,
    ...tableOf(gathered, { topK, seed }),
  } satisfies BenchResult);
}
