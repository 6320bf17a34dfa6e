/** @file Detectors of a construct that is about to come: latents, a probe, a difference of means, a cluster; and what each points at. */
import type { Dictionary, Rows } from '../../dictionary/index.ts';
import {
  bestThreshold,
  detectionOf,
  fitLogisticProbe,
  type LinearProbe,
  meanDifference,
  probeScores,
} from '../../probe/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { Construct } from '../../world/code/index.ts';
import { comesNext, type Labelled, rowsAt } from './labelled.ts';
import type { SteeringSettings } from './settings.ts';

export const DETECTORS = ['rawDot', 'trueEncoder', 'probe', 'means', 'cluster'] as const;
export type DetectorName = (typeof DETECTORS)[number];

/** Counts of positions, those at decisions of programs that go without apart. */
export type Quality = {
  readonly found: number;
  readonly missed: number;
  /** Fired where a program decides to go without. */
  readonly falseAtDecisions: number;
  readonly decisions: number;
  /** Fired anywhere else. */
  readonly falseElsewhere: number;
  readonly elsewhere: number;
};

/** Everything that edits against one construct are made of. */
export interface Tools {
  readonly latent: number;
  readonly cluster: number;
  readonly probe: LinearProbe;
  /** Score 0 lies midway between the means. */
  readonly means: LinearProbe;
  /** Of each detector, the one of the best F1 on the programs for choosing. */
  readonly thresholds: Readonly<Record<DetectorName, number>>;
  readonly quality: Readonly<Record<DetectorName, Quality>>;
}

/** What is labelled, and what was fitted without labels. */
export interface Materials {
  readonly fit: Labelled;
  readonly choice: Labelled;
  readonly test: Labelled;
  readonly dictionary: Dictionary;
  readonly clusters: Dictionary;
  /** Latents of the choice and test rows. */
  readonly codes: { readonly choice: Codes; readonly test: Codes };
}

/** What both dictionaries make of rows, [rows, latents]. */
export interface Codes {
  readonly latents: Rows;
  readonly clusters: Rows;
}

/** Latents that are compared by F1, chosen by how much more they are active before the construct. */
const CANDIDATES = 8;

/** Fits on one set of programs, chooses on a second, and measures on a third. */
export function toolsFor(
  construct: Construct,
  materials: Materials,
  { probe: { negatives, penalty } }: SteeringSettings,
  seed: number,
): Tools {
  const { fit, choice, test, codes } = materials;
  const probe = probeFor(fit, construct, { negatives, penalty, seed });
  const decisions = fit.decisions[construct]!;
  const means = meanDifference(
    rowsAt(
      fit.rows,
      decisions.map(({ row }) => row),
    ),
    decisions.map(({ uses }) => uses),
  );
  const labels = comesNext(choice, construct);
  const latent = bestColumn(codes.choice.latents, labels);
  const cluster = bestColumn(codes.choice.clusters, labels);
  const scores = (of: Labelled, { latents, clusters }: Codes) => ({
    rawDot: rawProducts(materials.dictionary, latent, of.rows),
    trueEncoder: column(latents, latent),
    probe: probeScores(probe, of.rows),
    means: probeScores(means, of.rows),
    cluster: column(clusters, cluster),
  });
  const chosen = scores(choice, codes.choice);
  const found = eachDetector((name) => bestThreshold(chosen[name], labels).above);
  // Below 0 a latent's threshold would fire wherever it is silent; a row is in a cluster or not.
  const thresholds = { ...found, trueEncoder: Math.max(0, found.trueEncoder), cluster: 0.5 };
  const measured = scores(test, codes.test);
  const quality = eachDetector((name) =>
    qualityOf(measured[name], test, construct, thresholds[name]),
  );
  return { latent, cluster, probe, means, thresholds, quality };
}

function eachDetector<T>(make: (name: DetectorName) => T): Record<DetectorName, T> {
  return Object.fromEntries(DETECTORS.map((name) => [name, make(name)])) as Record<DetectorName, T>;
}

/** Positions before the construct against those where it was decided against, and some others drawn at random. */
function probeFor(
  { rows, decisions }: Labelled,
  construct: Construct,
  { negatives, penalty, seed }: { negatives: number; penalty: number; seed: number },
): LinearProbe {
  const decided = new Map(decisions[construct]!.map(({ row, uses }) => [row, uses]));
  const others = Array.from({ length: rows.data.length / rows.width }, (_, row) => row);
  const drawn = randomStream(seed, 'probe')
    .at(construct)
    .reader()
    .shuffle(others.filter((row) => !decided.has(row)))
    .slice(0, negatives);
  const chosen = [...decided.keys(), ...drawn];
  const labels = chosen.map((row) => decided.get(row) ?? false);
  return fitLogisticProbe(rowsAt(rows, chosen), labels, { penalty });
}

export function column({ data, width }: Rows, at: number): Float64Array {
  return Float64Array.from({ length: data.length / width }, (_, row) => data[row * width + at]!);
}

/** Products with a latent's encoder, without bias. */
function rawProducts({ tensors, config }: Dictionary, latent: number, rows: Rows): Float64Array {
  const encoder = tensors.get('W_enc')!.data;
  const direction = Float64Array.from(
    { length: rows.width },
    (_, i) => encoder[i * config.d_sae + latent]!,
  );
  return probeScores({ direction, bias: 0 }, rows);
}

/** The column whose best F1 is the largest. */
function bestColumn(codes: Rows, labels: readonly boolean[]): number {
  const ranked = separations(codes, labels).slice(0, CANDIDATES);
  const scored = ranked.map((at) => ({ at, f1: bestThreshold(column(codes, at), labels).f1 }));
  return scored.reduce((best, one) => (one.f1 > best.f1 ? one : best)).at;
}

/** Columns by how much more active they are on the positives, in units of their mean; the most first. */
function separations({ data, width }: Rows, labels: readonly boolean[]): number[] {
  const [on, all] = [new Float64Array(width), new Float64Array(width)];
  const positives = labels.filter(Boolean).length;
  labels.forEach((label, row) => {
    for (let i = 0; i < width; i++) {
      const value = data[row * width + i]!;
      all[i]! += value;
      if (label) on[i]! += value;
    }
  });
  // The share of a column's activity that falls on positives, weighed with how much it is there.
  const score = all.map((sum, i) => (sum > 0 ? (on[i]! / sum) * (on[i]! / positives) : 0));
  return [...score.keys()].sort((a, b) => score[b]! - score[a]! || a - b);
}

function qualityOf(
  scores: ArrayLike<number>,
  of: Labelled,
  construct: Construct,
  threshold: number,
): Quality {
  const labels = comesNext(of, construct);
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = detectionOf(
    scores,
    labels,
    threshold,
  );
  const without = of.decisions[construct]!.filter(({ uses }) => !uses);
  const falseAtDecisions = without.filter(({ row }) => scores[row]! > threshold).length;
  return {
    found: truePositives,
    missed: falseNegatives,
    falseAtDecisions,
    decisions: without.length,
    falseElsewhere: falsePositives - falseAtDecisions,
    elsewhere: falsePositives + trueNegatives - without.length,
  };
}
