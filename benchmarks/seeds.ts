/** @file The bench's intervals over seeds: how often they hold the truth, with five seeds and truths drawn evenly. */
import { aurocOfFew, type Interval, newcombe, wilson } from '../src/statistics/index.ts';
import { type RandomReader, randomStream } from '../src/tensor/random.ts';

const SEED = 1;
const RUNS = 4000;
const SEEDS = 5;

/** Coverage of each interval of a row of the bench that has seeds as its unit. */
export function seedCoverage() {
  return [
    covered("success of a bench, Wilson's score", null, (reader) => {
      const p = reader.uniform();
      return { truth: p, interval: wilson(draw(reader, p), SEEDS) };
    }),
    covered("uplift of a bench, Newcombe's hybrid score", null, (reader) => {
      const [a, b] = [reader.uniform(), reader.uniform()];
      const counts = [a, b].map((p) => ({ successes: draw(reader, p), n: SEEDS }));
      return { truth: a - b, interval: newcombe(counts[0]!, counts[1]!).interval };
    }),
    ...AREAS.map(([area, shift]) =>
      covered("AUROC of a bench, Newcombe's method 5", area, (_, run) => {
        const noise = randomStream(SEED, 'coverage').at('area', String(area), run);
        const scores = noise.fillNormal(new Float32Array(2 * SEEDS));
        const organisms = [...scores.subarray(0, SEEDS)].map((score) => score + shift);
        const { interval } = aurocOfFew(organisms, [...scores.subarray(SEEDS)]);
        return { truth: area, interval };
      }),
    ),
  ];
}

/** Areas, and the shifts of two normal distributions that have them: sqrt 2 times the normal quantile. */
const AREAS: readonly (readonly [area: number, shift: number])[] = [
  [0.5, 0],
  [0.7, 0.741614],
  [0.8, 1.190232],
  [0.9, 1.812388],
];

/** One simulated bench: what is true, and what the interval says. */
interface Trial {
  readonly truth: number;
  readonly interval: readonly [number, number];
}

function covered(
  method: string,
  truth: number | null,
  trial: (reader: RandomReader, run: number) => Trial,
) {
  let hits = 0;
  for (let run = 0; run < RUNS; run++) {
    const reader = randomStream(SEED, 'coverage').at(method, run).reader();
    const { truth: value, interval } = trial(reader, run);
    if (interval[0] <= value && value <= interval[1]) hits++;
  }
  const interval: Interval = wilson(hits, RUNS);
  const shared = { runs: RUNS, hits, rate: hits / RUNS, interval, seed: SEED };
  return { method, truth, n: SEEDS, level: 0.95, ...shared };
}

function draw(reader: RandomReader, p: number): number {
  return Array.from({ length: SEEDS }, () => reader.uniform()).filter((u) => u < p).length;
}
