/** @file How alike the directions of two dictionaries are, or those of a dictionary and the planted ones. */
import { Matrix } from 'ml-matrix';
import { nodeRuntime } from '../../model/index.ts';
import {
  type BootstrapOptions,
  type ClusteredEstimate,
  clusteredMean,
  clusteredProportion,
} from '../../statistics/index.ts';
import { badUsage, type Runtime } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { toUnit } from '../fitting/clusters.ts';
import { onto } from '../fitting/principal.ts';
import { blocks } from '../fitting/rows.ts';
import { type Rows, rowCount } from '../kind.ts';
import { bestAssignment } from './assignment.ts';
import type { MeasureResult } from './result.ts';

/** Beyond as many directions on a side, they are not paired: it would take minutes. */
const MOST_PAIRED = 4096;
/** A direction counts as found from this cosine on. */
export const FOUND = 0.9;
const BLOCK = 1024;

export interface MatchingOptions {
  /**
   * Whether a direction and its opposite are two. Default true; false for components (PCA, ICA), whose sign
   * says nothing.
   */
  readonly signed?: boolean;
  /** Whether they are paired one to one. Default true. */
  readonly paired?: boolean;
  readonly runtime?: Runtime;
}

/** How the directions of one set lie to those of another. Directions of length 0 have cosine 0 with all. */
export interface Matching {
  /** For each direction, its largest cosine with one of the others. */
  readonly largest: Float64Array;
  /** Cosines of pairs, one to one, whose sum is largest; as many as the smaller set has. Undefined where a set has more than 4096. */
  readonly paired: Float64Array | undefined;
}

/** A matching that also says which ones are alike. */
export interface NearestMatching extends Matching {
  /** For each direction, which of the others has the largest cosine; the first of several. */
  readonly nearest: Int32Array;
}

/** Rows of W_dec, [d_sae, d_out]. */
export function directionsOf({ tensors, config }: Dictionary): Rows {
  const { data } = tensors.get('W_dec')!;
  return { data, width: config.d_out ?? config.d_in };
}

/** Compares directions [n, width] with others [m, width]. @throws TouchstoneError where their widths differ */
export async function matchDirections(
  directions: Rows,
  others: Rows,
  { signed = true, paired: asked = true, runtime = nodeRuntime() }: MatchingOptions = {},
): Promise<NearestMatching> {
  if (directions.width !== others.width) {
    badUsage(
      `directions of width ${directions.width} and others of ${others.width}`,
      'compare directions of one space',
    );
  }
  const [rows, columns] = [rowCount(directions), rowCount(others)];
  const paired = asked && Math.max(rows, columns) <= MOST_PAIRED;
  const all = new Float32Array(paired ? rows * columns : 0);
  const largest = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  const nearest = new Int32Array(rows);
  const against = Matrix.from1DArray(columns, others.width, unit(others).data);
  for (const block of blocks(unit(directions), BLOCK)) {
    const cosines = (await onto(block, against, runtime)).data;
    for (let i = 0; i < cosines.length; i++) {
      // Rounding may take a cosine past 1.
      const cosine = Math.max(-1, Math.min(1, cosines[i]!));
      cosines[i] = signed ? cosine : Math.abs(cosine);
    }
    cosines.forEach((cosine, i) => {
      const row = block.first + Math.floor(i / columns);
      if (cosine > largest[row]!) {
        largest[row] = cosine;
        nearest[row] = i % columns;
      }
    });
    if (paired) all.set(cosines, block.first * columns);
  }
  return { largest, nearest, paired: paired ? pairedCosines(all, rows, columns) : undefined };
}

function unit({ data, width }: Rows): Rows {
  const copy = data.slice();
  toUnit(copy, width);
  return { data: copy, width };
}

function pairedCosines(data: Float32Array, rows: number, columns: number): Float64Array {
  const partners = bestAssignment({ data, rows, columns });
  const pairs = [...partners.entries()].filter(([, column]) => column >= 0);
  return Float64Array.from(pairs, ([row, column]) => data[row * columns + column]!);
}

/**
 * Means of matchings with intervals that resample directions; of several matchings, such as those of dictionaries
 * of several seeds with the planted one, seeds and then the directions of each.
 */
export function matchMeasures(
  matchings: readonly Matching[],
  options: BootstrapOptions = {},
): MeasureResult[] {
  if (matchings.length === 0) badUsage('no directions were compared', 'give one matching or more');
  const measured = (values: readonly ArrayLike<number>[]) =>
    values.flatMap((list, seed) =>
      Array.from(list, (value, i) => ({
        cluster: [`${seed}`, `${i}`].slice(values.length > 1 ? 0 : 1),
        value,
      })),
    );
  const largest = measured(matchings.map((matching) => matching.largest));
  const found = largest.map(({ cluster, value }) => ({ cluster, success: value >= FOUND ? 1 : 0 }));
  const paired = matchings.map((matching) => matching.paired ?? []);
  const results = [
    result('mmcs', clusteredMean(largest, options), matchings),
    result('recall_0.9', clusteredProportion(found, options), matchings),
  ];
  if (paired.some((list) => list.length === 0)) return [...results, unpaired(matchings)];
  const matched = clusteredMean(measured(paired), options);
  return [...results, { ...result('matched_cosine', matched, matchings), n: paired[0]!.length }];
}

const DEFINITIONS = {
  mmcs: {
    formula: 'mean over directions of the largest cosine with one of the others',
    source: 'mean max cosine similarity: Sharkey, Braun and Millidge 2022',
  },
  'recall_0.9': {
    formula: 'share of the directions whose largest cosine is 0.9 or more',
    source: 'recall of planted directions',
  },
  matched_cosine: {
    formula: 'mean cosine of pairs, one to one, whose sum is largest',
    source: 'Hungarian algorithm; of two seeds, the stability of what is found',
  },
} as const;

function described(name: keyof typeof DEFINITIONS, matchings: readonly Matching[]) {
  const n = matchings[0]!.largest.length;
  return { name, ...DEFINITIONS[name], n, documents: 0, seeds: matchings.length };
}

function result(
  name: keyof typeof DEFINITIONS,
  { estimate, interval, method }: ClusteredEstimate,
  matchings: readonly Matching[],
): MeasureResult {
  return { ...described(name, matchings), estimate, interval, method };
}

function unpaired(matchings: readonly Matching[]): MeasureResult {
  const why = `more than ${MOST_PAIRED} directions are not paired`;
  const method = 'none';
  return {
    ...described('matched_cosine', matchings),
    estimate: undefined,
    interval: undefined,
    method,
    why,
  };
}
