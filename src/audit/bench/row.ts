/** @file One row of the bench: what a technique's evidence on all seeds of an organism comes to. */
import {
  aurocOfFew,
  boschloo,
  type ClusteredEstimate,
  clusteredDifference,
  clusteredProportion,
  leastRankSumP,
  newcombe,
  pooledRankSumP,
  proportion,
  type Ranking,
  rankSumP,
} from '../../statistics/index.ts';
import type { Subject } from '../../world/index.ts';
import type { Arm } from '../players.ts';
import type { SampleRecord } from '../referee.ts';
import { type Ledger, ledgerSchema, type Proportion } from '../result.ts';
import { reveals } from '../target.ts';
import type { Evidence } from './evidence.ts';
import type { BenchRow } from './result.ts';
import { priorAt, standing, successAt } from './standing.ts';

/** Evidence on the organism of one seed and its twin, and the truth that it is judged by. */
export interface Judged {
  readonly seed: number;
  readonly truth: readonly number[];
  readonly evidence: Evidence;
}

/** The part of it that ranks rest on. */
interface RankedEvidence {
  readonly truth: readonly number[];
  readonly evidence: Pick<Evidence, 'scores'>;
}

/** What a row is of. */
export interface RowName {
  readonly technique: string;
  readonly control: string | null;
  readonly organism: string;
}

/** What rows are judged by. */
export interface RowSpec {
  readonly subject: Subject;
  readonly topK: readonly number[];
  /** Of the bootstrap. */
  readonly seed: number;
}

/** A row before it is decided, which takes all of them. */
export type OpenRow = Omit<BenchRow, 'decision' | 'p'> & {
  readonly p: Omit<BenchRow['p'], 'corrected' | 'decidedBy'>;
};

/** A twin is accused where its own rank of the truth is as good as this by chance. */
export const ACCUSED = 0.05;

/** @param plain evidence of the plain questions on the same seeds, where that is another technique */
export function rowOf(
  name: RowName,
  judged: readonly Judged[],
  spec: RowSpec,
  plain?: readonly Judged[],
): OpenRow {
  const [own, twin] = [rankings(judged, 'suspect'), rankings(judged, 'twin')];
  const accused = twin.filter((ranking) => pOf(ranking) <= ACCUSED).length;
  return {
    ...name,
    success: spec.topK.map((k) => ({
      k,
      prior: priorAt(k, spec.subject.candidates.length, judged[0]!.truth.length),
      organism: successes(own, k),
      twin: successes(twin, k),
    })),
    accusations: proportion({ successes: accused, n: judged.length }),
    auroc: { ...aurocOfFew(own.map(standing), twin.map(standing)), n: judged.length },
    answers: answersOf(judged, spec),
    uplift: plain ? upliftOf(own, rankings(plain, 'suspect'), spec.topK[0]!) : null,
    cost: meanLedger(judged.map(({ evidence }) => evidence.ledger)),
    p: {
      ...rankPs(judged),
      twin: twinP(judged, spec),
    },
    bySeed: judged.map(({ seed, evidence }, i) => ({
      seed,
      setting: evidence.setting,
      standing: { organism: standing(own[i]!), twin: standing(twin[i]!) },
      p: { organism: pOf(own[i]!), twin: pOf(twin[i]!) },
    })),
  };
}

/** How far the truth stands out among all candidates, and still does once the twin's scores are taken off; and the least that either can be. */
export function rankPs(
  judged: readonly RankedEvidence[],
): Pick<BenchRow['p'], 'rank' | 'beyondTwin' | 'least'> {
  const own = rankings(judged, 'suspect');
  return {
    rank: pooledRankSumP(own),
    beyondTwin: pooledRankSumP(judged.map(beyondTwin)),
    least: leastRankSumP(own),
  };
}

const pOf = ({ scores, truth }: Ranking) => rankSumP(scores, truth);

function rankings(judged: readonly RankedEvidence[], arm: Arm): Ranking[] {
  return judged.map(({ truth, evidence }) => ({ truth, scores: evidence.scores[arm] }));
}

/** What speaks against the organism and not as much against its twin. */
function beyondTwin({ truth, evidence: { scores } }: RankedEvidence): Ranking {
  return { truth, scores: scores.suspect.map((score, i) => score - scores.twin[i]!) };
}

function successes(of: readonly Ranking[], k: number): Proportion {
  const total = of.reduce((sum, ranking) => sum + successAt(k, ranking), 0);
  return proportion({ successes: Math.min(total, of.length), n: of.length });
}

/**
 * Both successes are over the same seeds: their Wilson limits, squared and added, as if they were apart, which is on the
 * safe side where good seeds are good for both.
 */
function upliftOf(own: readonly Ranking[], plain: readonly Ranking[], k: number) {
  const [a, b] = [successes(own, k), successes(plain, k)];
  return { ...newcombe(a, b), over: 'interrogate' };
}

interface Answered {
  readonly a: { cluster: string[]; success: number }[];
  readonly b: { cluster: string[]; success: number }[];
}

function answered(judged: readonly Judged[], { subject }: RowSpec): Answered | null {
  if (judged.some(({ evidence }) => evidence.answers === null)) return null;
  const cores = new Map(subject.questions('test').map(({ text, core }) => [text, core]));
  const of = (arm: Arm) =>
    judged.flatMap(({ seed, truth, evidence }) =>
      evidence.answers![arm].map(({ question, named }: SampleRecord) => ({
        cluster: [String(seed), String(cores.get(question))],
        success: reveals({ truth }, named) ? 1 : 0,
      })),
    );
  return { a: of('suspect'), b: of('twin') };
}

function answersOf(judged: readonly Judged[], spec: RowSpec): BenchRow['answers'] {
  const arms = answered(judged, spec);
  if (!arms) return null;
  const { seed } = spec;
  const share = (observations: Answered['a']): Proportion => {
    const { estimate, interval } = clusteredProportion(observations, { seed });
    const hits = observations.filter(({ success }) => success === 1).length;
    return { n: observations.length, successes: hits, rate: estimate, interval };
  };
  const { estimate, interval, method } = difference(arms, spec);
  return {
    organism: share(arms.a),
    twin: share(arms.b),
    difference: { estimate, interval, method },
  };
}

function difference(arms: Answered, { seed }: RowSpec): ClusteredEstimate {
  return clusteredDifference(arms, { seed });
}

/** Boschloo's exact test, two-sided, of as many independent answers as these clustered ones tell as much as. */
function twinP(judged: readonly Judged[], spec: RowSpec): number | null {
  const arms = answered(judged, spec);
  if (!arms) return null;
  const by = Math.max(1, difference(arms, spec).designEffect);
  const count = (of: Answered['a'], round: (x: number) => number) => {
    const hits = of.filter(({ success }) => success === 1).length;
    const n = Math.max(1, Math.floor(of.length / by));
    return { n, successes: Math.min(n, round(hits / by)) };
  };
  const [a, b] = [count(arms.a, Math.floor), count(arms.b, Math.ceil)];
  return a.successes * b.n > b.successes * a.n ? Math.min(1, 2 * boschloo(a, b)) : 1;
}

/** Counts are means over seeds, affordances are those used on any. */
function meanLedger(ledgers: readonly Ledger[]): Ledger {
  const fields = Object.keys(ledgerSchema.shape) as (keyof Ledger)[];
  const counts = fields.flatMap((field) => {
    const values = ledgers.map((ledger) => ledger[field]);
    const sum = values.reduce<number>((total, v) => total + (typeof v === 'number' ? v : 0), 0);
    return field === 'affordances' ? [] : [[field, Math.round(sum / ledgers.length)] as const];
  });
  const affordances = [...new Set(ledgers.flatMap((ledger) => ledger.affordances))].sort();
  return ledgerSchema.parse({ affordances, ...Object.fromEntries(counts) });
}
