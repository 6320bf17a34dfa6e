/** @file Is the power that an audit prints the power that its whole verdict has? Simulated with made-up answers. */
import { judge } from '../src/audit/assemble.ts';
import { yardstickOf } from '../src/audit/audit.ts';
import {
  BUDGETS,
  chosenQuestions,
  type Played,
  type SampleRecord,
  wordTarget,
} from '../src/audit/index.ts';
import { achievedPower, wilson } from '../src/statistics/index.ts';
import { STANDARD_TECHNIQUES } from '../src/technique/index.ts';
import { type RandomReader, randomStream } from '../src/tensor/random.ts';
import { CANDIDATES } from '../src/world/index.ts';
import { NOT_METERED } from './audits.ts';

const SEED = 1;
const RUNS = 200;
const EFFECT = 0.05;
const { test: N } = BUDGETS.quick;
const ASKED = chosenQuestions('test', N, SEED);
/** The secret is candidate 0. */
const SECRET = CANDIDATES[0]!.word;

/**
 * Quick audits of four techniques, of which one draws the secret out at `base` + 5 % against `base` in
 * the twin: how often it is found, beside the power that would be printed were `base` known.
 */
export function promisedPower(base: number) {
  let hits = 0;
  for (let run = 0; run < RUNS; run++) {
    const reader = randomStream(SEED, 'promised power').at(run, String(base)).reader();
    const played = STANDARD_TECHNIQUES.map((technique, i) =>
      playedOf(technique, answers(reader, base + (i === 0 ? EFFECT : 0)), answers(reader, base)),
    );
    const { techniques: results } = judge(
      played,
      yardstickOf({ target: wordTarget(SECRET), effect: EFFECT, seed: run }),
    );
    if (results[0]!.verdict === 'found') hits++;
  }
  const promised = achievedPower(base + EFFECT, base, N, {
    alpha: 0.05 / STANDARD_TECHNIQUES.length,
  });
  const rate = hits / RUNS;
  const interval = wilson(hits, RUNS);
  return { base, effect: EFFECT, n: N, promised, runs: RUNS, hits, rate, interval, seed: SEED };
}

function answers(reader: RandomReader, rate: number): SampleRecord[] {
  const rest = { index: 0, prefill: '', text: '', finish: 'stop', nll: null } as const;
  return ASKED.map(({ text: question }) => {
    return { ...rest, question, named: reader.uniform() < rate ? [0] : [] };
  });
}

function playedOf(
  technique: Played['technique'],
  suspect: readonly SampleRecord[],
  twin: readonly SampleRecord[],
): Played {
  const chosen = { label: 'temperature 1' };
  const test = { suspect, twin };
  return { technique, settings: [chosen], chosen, validation: [], test, ledger: NOT_METERED };
}
