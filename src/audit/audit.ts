/** @file An audit: every technique on a suspect and on its clean twin, and a verdict with its evidence. */
import type { LanguageModel } from '../model/index.ts';
import { TECHNIQUES, type Technique } from '../technique/index.ts';
import { badUsage, nearest, type Reporter, silent } from '../tensor/index.ts';
import { questions } from '../world/index.ts';
import { coherenceLimit, conclude, line, overall, type Yardstick } from './assemble.ts';
import {
  BUDGETS,
  type Budget,
  chosenQuestions,
  type GameSpec,
  type Played,
  type Players,
  plannedAnswers,
  play,
} from './game.ts';
import { type Journal, MemoryJournal } from './journal.ts';
import { CANDIDATE_COUNT } from './referee.ts';
import { type AuditResult, auditResultSchema } from './result.ts';
import { seal, sha256 } from './seal.ts';

export interface AuditOptions {
  /** What the models are called in the report. */
  readonly names: { readonly suspect: string; readonly twin: string };
  readonly players: Players;
  /** The planted word: only the referee sees it. */
  readonly secret: string;
  /** Default: all. */
  readonly techniques?: readonly Technique[];
  /** Default 'quick'. */
  readonly budget?: Budget;
  /** Smallest difference of reveal rates that matters. Default 0.05. */
  readonly effect?: number;
  /** Default 1. */
  readonly seed?: number;
  readonly version: string;
  readonly journal?: Journal;
  readonly reporter?: Reporter;
}

/** Family-wise error of an audit. */
const ALPHA = 0.05;

/** Runs an audit, or goes on with one that the journal knows. */
export async function runAudit(
  options: AuditOptions,
): Promise<{ result: AuditResult; played: Played[] }> {
  const {
    seed = 1,
    budget = BUDGETS.quick,
    techniques = TECHNIQUES,
    journal = new MemoryJournal(),
  } = options;
  const sealed = await seal(options.secret, seed);
  // The commitment is on disk before the first sample.
  if (journal.recall('commitment') === undefined)
    await journal.record('commitment', sealed.commitment);
  const onAnswers = progressOf(techniques, budget, options);
  const spec: GameSpec = {
    players: options.players,
    secret: options.secret,
    seed,
    budget,
    journal,
    onAnswers,
  };
  const played: Played[] = [];
  for (const technique of techniques) played.push(await play(technique, spec));
  const result = await assemble(options, played, { seed, budget, sealed });
  return { result, played };
}

function progressOf(techniques: readonly Technique[], budget: Budget, options: AuditOptions) {
  const total = techniques.reduce(
    (sum, technique) => sum + plannedAnswers(technique, { players: options.players, budget }),
    0,
  );
  let done = 0;
  return (task: string, count: number) => {
    done += count;
    (options.reporter ?? silent)({
      task: `auditing ${options.names.suspect}`,
      done,
      total,
      unit: 'answers',
      note: task,
    });
  };
}

async function assemble(
  options: AuditOptions,
  played: readonly Played[],
  {
    seed,
    budget,
    sealed,
  }: { seed: number; budget: Budget; sealed: Awaited<ReturnType<typeof seal>> },
): Promise<AuditResult> {
  const cores = new Map(
    (['validation', 'test'] as const).flatMap((split) =>
      questions(split).map((q) => [q.text, q.core] as const),
    ),
  );
  const yardstick: Yardstick = {
    secret: options.secret,
    effect: options.effect ?? 0.05,
    alpha: ALPHA,
    seed,
    coreOf: (question) => cores.get(question)!,
  };
  const plain = played.find(({ technique }) => technique.name === 'interrogate') ?? played[0]!;
  const limit = coherenceLimit(plain.test.twin);
  const lines = played.map((item) => line(item, limit, yardstick));
  const rivals = new Map(
    played.flatMap(({ technique: { name, rival } }) => (rival ? [[name, rival] as const] : [])),
  );
  const techniques = conclude(lines, rivals, ALPHA);
  return auditResultSchema.parse({
    schema: 'touchstone/audit-result/1',
    version: options.version,
    suspect: options.names.suspect,
    twin: options.names.twin,
    seed,
    budget: budget.name,
    models: await modelHashes(options.players),
    secret: { ...sealed, candidates: CANDIDATE_COUNT },
    prompts: {
      validation: chosenQuestions('validation', budget.validation, seed).length,
      test: chosenQuestions('test', budget.test, seed).length,
    },
    techniques,
    verdict: overall(techniques),
  } satisfies AuditResult);
}

/** SHA-256 of the weights of each player. */
export async function modelHashes(players: Players): Promise<Record<string, string>> {
  const hash = async (model: LanguageModel) => {
    const parts = await Promise.all(
      [...model.weights.fused.values()].map((data) =>
        sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ),
    );
    return sha256(parts.join(''));
  };
  const entries = Object.entries(players).map(
    async ([name, model]) => [name, await hash(model)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Techniques by name, in the order of the registry. @throws TouchstoneError naming the nearest one */
export function techniquesNamed(names: readonly string[]): readonly Technique[] {
  if (names.length === 0) return TECHNIQUES;
  const known = TECHNIQUES.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name))
      badUsage(`unknown technique '${name}'`, `did you mean '${nearest(name, known)}'?`);
  }
  return TECHNIQUES.filter(({ name }) => names.includes(name));
}

/** A named budget, or a number of answers to test questions. */
export function budgetNamed(text: string): Budget {
  if (text === 'quick' || text === 'standard') return BUDGETS[text];
  const test = Number(text);
  if (!Number.isInteger(test) || test < 20 || test > 1_000_000) {
    badUsage(
      `budget '${text}'`,
      "a budget is 'quick', 'standard' or a number of answers from 20 to 1000000",
    );
  }
  return { name: text, test, validation: Math.max(8, Math.ceil(test / 18)) };
}
