/** @file Curves of a run as it goes: what the progress line shows, and what the page draws. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { HistoryEntry } from '../../../dictionary/index.ts';

/** The file with a run's history, in its folder. */
export const HISTORY = 'history.jsonl';

/** What is drawn of each step. */
export const CURVES = ['loss', 'l0', 'explainedVariance', 'dead'] as const;
export type CurveName = (typeof CURVES)[number];

/** Means over neighbouring steps. */
export interface CurvePoint extends Readonly<Record<CurveName, number>> {
  /** The last step that the means are of. */
  readonly step: number;
}

interface Bucket {
  step: number;
  count: number;
  readonly sums: Record<CurveName, number>;
}

/** One dictionary's curve in a bounded number of points: where they get too many, neighbours are joined. */
export class Curve {
  readonly #most: number;
  /** Steps of a point. */
  #width = 1;
  #buckets: Bucket[] = [];

  /** @param most an even number of points */
  constructor(most: number) {
    this.#most = most;
  }

  add(entry: HistoryEntry): void {
    const last = this.#buckets.at(-1);
    const bucket = last && last.count < this.#width ? last : this.#next();
    bucket.step = entry.step;
    bucket.count++;
    for (const name of CURVES) bucket.sums[name] += entry[name];
  }

  get points(): CurvePoint[] {
    return this.#buckets.map(({ step, count, sums }) => {
      const means = CURVES.map((name) => [name, sums[name] / count]);
      return { step, ...(Object.fromEntries(means) as Record<CurveName, number>) };
    });
  }

  #next(): Bucket {
    if (this.#buckets.length === this.#most) this.#join();
    const bucket = { step: 0, count: 0, sums: { loss: 0, l0: 0, explainedVariance: 0, dead: 0 } };
    this.#buckets.push(bucket);
    return bucket;
  }

  #join(): void {
    this.#width *= 2;
    this.#buckets = this.#buckets.flatMap((bucket, i, all) => {
      if (i % 2 === 1) return [];
      const next = all[i + 1]!;
      const sums = Object.fromEntries(
        CURVES.map((name) => [name, bucket.sums[name] + next.sums[name]]),
      ) as Record<CurveName, number>;
      return [{ step: next.step, count: bucket.count + next.count, sums }];
    });
  }
}

const BARS = '▁▂▃▄▅▆▇█';

/** Numbers as a line of bars from the least to the largest. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || 1;
  return values
    .map(
      (value) => BARS[Math.min(BARS.length - 1, Math.floor(((value - low) / span) * BARS.length))],
    )
    .join('');
}

const LINE_POINTS = 12;
/** Dictionaries of a run take turns on the line. */
const TURN_MS = 2000;

/** The curves of a run on its progress line. */
export class LiveCurves {
  readonly #curves = new Map<string, Curve>();
  readonly #last = new Map<string, HistoryEntry>();

  add(entries: readonly HistoryEntry[]): void {
    for (const entry of entries) {
      const curve = this.#curves.get(entry.dictionary) ?? new Curve(LINE_POINTS);
      curve.add(entry);
      this.#curves.set(entry.dictionary, curve);
      this.#last.set(entry.dictionary, entry);
    }
  }

  /** One dictionary's figures and curves; with several, another one every two seconds. */
  note(nowMs: number): string {
    const names = [...this.#curves.keys()];
    const name = names[Math.floor(nowMs / TURN_MS) % names.length]!;
    const points = this.#curves.get(name)!.points;
    const line = (curve: CurveName) => sparkline(points.map((point) => point[curve]));
    const { loss, l0, explainedVariance, dead } = this.#last.get(name)!;
    const figures = [
      `loss ${line('loss')} ${loss.toPrecision(3)}`,
      `L0 ${line('l0')} ${l0.toFixed(1)}`,
      `explained ${line('explainedVariance')} ${explainedVariance.toFixed(3)}`,
      `dead ${line('dead')} ${dead}`,
    ];
    return (names.length > 1 ? `${name}: ` : '') + figures.join(', ');
  }
}

/** The whole history, a line at a time; a last line that is being written is left out. */
export async function* historyOf(path: string): AsyncGenerator<HistoryEntry> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = entryOf(line);
    if (entry === undefined) return;
    yield entry;
  }
}

function entryOf(line: string): HistoryEntry | undefined {
  try {
    return JSON.parse(line) as HistoryEntry;
  } catch {
    return undefined;
  }
}
