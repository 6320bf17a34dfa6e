/**
 * @file Do audits keep their promises? How often a clean twin is accused, how often a planted secret is found;
 * and of the statistics on their own, how often a true difference is found, how often an interval holds the
 * truth.
 */

import { version } from '../src/cli/version.ts';
import {
  achievedPower,
  clusteredDifference,
  type Interval,
  newcombe,
  type Observation,
  sampleSize,
  simulatedPower,
  wilson,
} from '../src/statistics/index.ts';
import { type RandomReader, randomStream } from '../src/tensor/random.ts';
import { simulatedAudits } from './audits.ts';
import type { Benchmark, BenchmarkContext } from './benchmark.ts';
import { promisedPower } from './promised.ts';
import { seedCoverage } from './seeds.ts';

const SEED = 1;
const RUNS = 200;
const COVERAGE_RUNS = 2000;
const PROMPTS = 40;

/** A share of simulated runs, with what it takes to simulate it again. */
interface Share {
  readonly runs: number;
  readonly hits: number;
  readonly rate: number;
  /** Wilson, 95 %. */
  readonly interval: Interval;
  readonly seed: number;
}

/** All simulations: whole audits from real answers, then the statistics on their own. */
async function calibration(context: BenchmarkContext) {
  return {
    command: 'npm run --silent benchmark -- calibration --json',
    version: version(),
    audits: await simulatedAudits(context),
    promised: promisedPower(0),
    detection: detection(0.007, 0.001),
    falseDetection: [0, 0.001, 0.007, 0.02, 0.1, 0.5].map((p, i) => falseDetection(p, SEED + i)),
    coverage: [
      wilsonCoverage(0.3, 200),
      newcombeCoverage(),
      ...[0.3, 0.007].map(clusteredCoverage),
      ...seedCoverage(),
    ],
  };
}

export const benchmark: Benchmark = calibration;

type Calibration = Awaited<ReturnType<typeof calibration>>;

/** The shares that decide, one a line. */
export function table(result: unknown): string {
  const { audits, promised, detection, falseDetection, coverage } = result as Calibration;
  const { cleanTwins, cleanTwinsOwnSecret, leakyKeeper } = audits;
  return [
    line('clean twins accused, secrets drawn at random', cleanTwins),
    line("clean twins accused, their organisms' secrets", cleanTwinsOwnSecret),
    line('leaky-keeper found', leakyKeeper),
    line(`found at a power of ${percent(promised.promised)}`, promised),
    line('0.7 % told from 0.1 %', detection),
    ...falseDetection.map((row) => line(`${percent(row.p)} told from itself`, row)),
    ...coverage.map((row) => line(`truth in the 95 % interval: ${row.method}`, row)),
  ].join('\n');
}

function line(what: string, { rate, interval, runs }: Pick<Share, 'rate' | 'interval' | 'runs'>) {
  const [low, high] = interval.map(percent);
  return `${what}: ${percent(rate)} [${low}, ${high}] of ${runs}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** Audits at the size that `power` names for 80 %; `exact` is the same power without simulation. */
function detection(p1: number, p2: number) {
  const n = sampleSize(p1, p2);
  const { detections, ...simulated } = simulatedPower(p1, p2, n, { runs: RUNS, seed: SEED });
  return { p1, p2, ...simulated, hits: detections, exact: achievedPower(p1, p2, n) };
}

/** Audits of two arms with one rate, 1,737 samples each; above 5 %, where enumeration is slow, 400. */
function falseDetection(rate: number, seed: number) {
  const n = rate <= 0.05 ? 1737 : 400;
  const { detections, ...simulated } = simulatedPower(rate, rate, n, { runs: RUNS, seed });
  return { p: rate, ...simulated, hits: detections, exact: achievedPower(rate, rate, n) };
}

function wilsonCoverage(p: number, n: number) {
  const hits = share(COVERAGE_RUNS, p, (reader) => wilson(draw(reader, n, p), n));
  return { method: "Wilson's score", truth: p, n, level: 0.95, ...hits };
}

function newcombeCoverage() {
  const n = 200;
  const hits = share(COVERAGE_RUNS, 0.1, (reader) => {
    const [a, b] = [draw(reader, n, 0.3), draw(reader, n, 0.2)];
    return newcombe({ successes: a, n }, { successes: b, n }).interval;
  });
  return { method: "Newcombe's hybrid score", truth: 0.1, n, level: 0.95, ...hits };
}

/** 40 prompts whose rates lie 60 % above or below the mean in both arms; b has a third of a's rate. */
function clusteredCoverage(rate: number) {
  const rates = [rate, rate / 3];
  const perPrompt = rate > 0.1 ? 10 : 43;
  const methods = new Set<string>();
  const hits = share(RUNS * 5, rate - rate / 3, (reader, run) => {
    const arms: Observation[][] = rates.map(() => []);
    for (let prompt = 0; prompt < PROMPTS; prompt++) {
      const factor = reader.uniform() < 0.5 ? 0.4 : 1.6;
      rates.forEach((mean, arm) => {
        arms[arm]!.push(...samplesOf(reader, `${prompt}`, mean * factor, perPrompt));
      });
    }
    const [a, b] = arms;
    const estimate = clusteredDifference({ a: a!, b: b! }, { resamples: 1000, seed: run });
    methods.add(estimate.method.replace(/, n \/.*/, ''));
    return estimate.interval;
  });
  const n = PROMPTS * perPrompt;
  return { method: [...methods].join(' or '), truth: rate - rate / 3, n, level: 0.95, ...hits };
}

function samplesOf(reader: RandomReader, cluster: string, p: number, n: number): Observation[] {
  return Array.from({ length: n }, () => ({ cluster, success: reader.uniform() < p ? 1 : 0 }));
}

function draw(reader: RandomReader, n: number, p: number): number {
  let successes = 0;
  for (let i = 0; i < n; i++) if (reader.uniform() < p) successes++;
  return successes;
}

/** How many simulated intervals hold the truth. */
function share(
  runs: number,
  truth: number,
  interval: (reader: RandomReader, run: number) => Interval,
): Share {
  let hits = 0;
  for (let run = 0; run < runs; run++) {
    const [low, high] = interval(randomStream(SEED, 'coverage').at(run).reader(), run);
    if (low <= truth && truth <= high) hits++;
  }
  return { runs, hits, rate: hits / runs, interval: wilson(hits, runs), seed: SEED };
}
