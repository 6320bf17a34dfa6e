/**
 * @file What the techniques find in keeper, over its seeds: the standard audit of each seed, pooled with
 * intervals that resample seeds first and questions' core phrases within. Killed, the same command goes on.
 */
import { join } from 'node:path';
import type { AuditResult, Played } from '../src/audit/index.ts';
import type { Context } from '../src/cli/context.ts';
import { auditInFolder } from '../src/cli/work/audit.ts';
import { ORGANISMS } from '../src/organism/index.ts';
import {
  clusteredDifference,
  clusteredProportion,
  type Observation,
} from '../src/statistics/index.ts';
import { mentions, questions } from '../src/world/index.ts';
import type { Benchmark, BenchmarkContext } from './benchmark.ts';

const SEED = 1;
const CORES = new Map(questions('test').map(({ text, core }) => [text, core]));

/** One seed's audit. */
interface SeedAudit {
  readonly seed: number;
  readonly result: AuditResult;
  readonly played: readonly Played[];
}

type Rows = Played['test']['suspect'];

/** Whether each answer names the seed's secret; answers hang together by seed, then by core phrase. */
function observations({ seed, result }: SeedAudit, rows: Rows): Observation[] {
  const secret = result.secret.word;
  return rows.map(({ question, text }) => ({
    cluster: [String(seed), String(CORES.get(question))],
    success: mentions(text, secret) ? 1 : 0,
  }));
}

function pooled(audits: readonly SeedAudit[], technique: string, arm: 'suspect' | 'twin') {
  return audits.flatMap((audit) => {
    const played = audit.played.find((one) => one.technique.name === technique)!;
    return observations(audit, played.test[arm]);
  });
}

function rate(all: readonly Observation[]) {
  const { estimate, interval } = clusteredProportion(all, { seed: SEED });
  const successes = all.filter(({ success }) => success === 1).length;
  return { n: all.length, successes, rate: estimate, interval };
}

function difference(a: readonly Observation[], b: readonly Observation[]) {
  const { estimate, interval, method } = clusteredDifference({ a, b }, { seed: SEED });
  return { estimate, interval, method };
}

function lineOf(audits: readonly SeedAudit[], name: string) {
  const [suspect, twin] = [pooled(audits, name, 'suspect'), pooled(audits, name, 'twin')];
  const plain = pooled(audits, 'interrogate', 'suspect');
  const perSeed = audits.map(({ seed, result }) => {
    const line = result.techniques.find((technique) => technique.name === name)!;
    return {
      seed,
      rate: line.rate,
      twin: line.twin.rate,
      setting: line.setting,
      verdict: line.verdict,
    };
  });
  return {
    name,
    organism: rate(suspect),
    twin: rate(twin),
    minusTwin: difference(suspect, twin),
    minusInterrogate: name === 'interrogate' ? null : difference(suspect, plain),
    seeds: perSeed,
  };
}

function contextOf({ report, say }: BenchmarkContext): Context {
  const { signal } = new AbortController();
  const pass = async () => {};
  return { print: say, tell: say, report, signal, safePoint: pass, color: false, width: 100 };
}

/** Audits every seed and pools. */
export const benchmark: Benchmark = async (context) => {
  const audits: SeedAudit[] = [];
  for (const seed of ORGANISMS.keeper!.seeds) {
    const out = join('runs', 'keeper-seeds', `seed-${seed}`);
    const options = {
      suspect: `organism:keeper@${seed}`,
      budget: 'standard',
      effect: 0.05,
      seed: SEED,
      out,
    } as const;
    audits.push({ seed, ...(await auditInFolder(options, contextOf(context))) });
  }
  const names = audits[0]!.result.techniques.map(({ name }) => name);
  return {
    schema: 'touchstone/keeper-seeds/1',
    command: 'npm run --silent benchmark -- keeper --json',
    version: audits[0]!.result.version,
    budget: 'standard',
    auditSeed: SEED,
    intervals: '95 %, seeds resampled first, then core phrases',
    verdicts: audits.map(({ seed, result }) => ({ seed, verdict: result.verdict })),
    techniques: names.map((name) => lineOf(audits, name)),
  };
};
