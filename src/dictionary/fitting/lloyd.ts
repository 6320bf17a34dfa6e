/** @file k-means: starts, sweeps over the rows (Lloyd 1982, or in mini-batches: Sculley 2010), restarts. */
import type { RandomStream, Runtime } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';
import { Assigner } from './assignment.ts';
import { clusterSums, fillEmpty, means, toUnit } from './clusters.ts';
import type { FitOutcome, Step } from './fitting.ts';
import { miniBatchSweep } from './miniBatch.ts';
import { picked, rowsAt, sumOfSquares } from './rows.ts';
import { plusPlus } from './seeding.ts';

/** What is to be clustered, and how. */
export interface Clustering {
  readonly rows: Rows;
  readonly count: number;
  /** Most sweeps over the rows. */
  readonly iterations: number;
  /** It has converged when centres move by less: sum of squares, as a share of the rows' mean variance. */
  readonly tolerance: number;
  /** Number of starts, of which the one with the least inertia is kept. */
  readonly restarts: number;
  /** Candidates for each centre of a start; see {@link plusPlus}. */
  readonly candidates: number;
  /** Rows after which centres move; 0 for all. */
  readonly minibatch: number;
  /** Whether rows have norm 1 and centres are to. */
  readonly unit: boolean;
  readonly stream: RandomStream;
  readonly runtime: Runtime;
  readonly progress: Step;
  /** Centres [count, width] to start from. Default: drawn by k-means++. */
  readonly start?: Float64Array;
}

/** Clusters of rows. */
export interface Clusters {
  /** [count, width]. */
  readonly centres: Float64Array;
  /** Cluster of each row. */
  readonly labels: Int32Array;
  readonly outcome: FitOutcome & { readonly objective: number };
}

/** At most this many rows, or four for each cluster, are candidates for the start. */
const CANDIDATES = 16_384;

/** The best clusters of several starts. */
export async function cluster(work: Clustering): Promise<Clusters> {
  const assigner = await Assigner.open(work.runtime, work.rows.width, work.count);
  try {
    let best: Clusters | undefined;
    for (let restart = 0; restart < work.restarts; restart++) {
      const found = await clusterOnce(work, assigner, restart);
      if (!best || found.outcome.objective < best.outcome.objective) best = found;
    }
    return best!;
  } finally {
    await assigner.release();
  }
}

async function clusterOnce(
  work: Clustering,
  assigner: Assigner,
  restart: number,
): Promise<Clusters> {
  const { rows, restarts, iterations, progress } = work;
  const enough = work.tolerance * meanVariance(rows);
  const stream = work.stream.at(restart);
  const sweep = sweepOf(work, assigner, stream);
  let centres = work.start ?? (await startOf(work, stream, restart));
  let [done, converged] = [0, false];
  while (done < iterations && !converged) {
    const next = await sweep(centres, done++);
    const moved = sumOfSquares(next.map((value, i) => value - centres[i]!));
    converged = moved <= enough;
    centres = next;
    const note = `centres moved by ${Math.sqrt(moved).toPrecision(3)}`;
    await progress(restart * iterations + done, restarts * iterations, note);
  }
  if (isSmall(work)) centres = await fullSweep(work, assigner, centres);
  const labels = await assigner.labels(rows, centres);
  const { inertia: objective } = clusterSums(rows, labels, centres);
  return { centres, labels, outcome: { iterations: done, converged, objective } };
}

/** Centres after all rows were seen once more. */
type Sweep = (centres: Float64Array, number: number) => Promise<Float64Array>;

function isSmall({ rows, minibatch }: Clustering): boolean {
  return minibatch > 0 && minibatch < rowCount(rows);
}

function sweepOf(work: Clustering, assigner: Assigner, stream: RandomStream): Sweep {
  if (!isSmall(work)) return (centres) => fullSweep(work, assigner, centres);
  const seen = new Float64Array(work.count);
  return (centres, number) =>
    miniBatchSweep(work, assigner, centres, seen, stream.at('sweep', number).reader());
}

async function fullSweep(
  { rows, unit }: Clustering,
  assigner: Assigner,
  centres: Float64Array,
): Promise<Float64Array> {
  const labels = await assigner.labels(rows, centres);
  const clusters = clusterSums(rows, labels, centres);
  fillEmpty(rows, labels, clusters);
  const next = means(clusters, centres);
  if (unit) toUnit(next, rows.width);
  return next;
}

/** Variance of the columns, in the mean; about 0, for the rows are centred where they are to be. */
function meanVariance({ data }: Rows): number {
  return sumOfSquares(data) / data.length;
}

async function startOf(
  work: Clustering,
  stream: RandomStream,
  restart: number,
): Promise<Float64Array> {
  const { rows, count, restarts, iterations, progress } = work;
  const reader = stream.at('start').reader();
  const most = Math.max(CANDIDATES, 4 * count);
  const all = rowCount(rows);
  const some = all <= most ? rows : rowsAt(rows, picked(all, most, reader));
  const say = (drawn: number) =>
    progress(restart * iterations, restarts * iterations, `start ${drawn} of ${count}`);
  const chosen = await plusPlus(some, count, reader, {
    candidates: work.candidates,
    progress: say,
  });
  return Float64Array.from(rowsAt(some, chosen).data);
}
