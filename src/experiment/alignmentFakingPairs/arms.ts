/** @file The arms of alignment-faking-pairs: interventions with their settings, and who knows what. */
import type { Edit } from '../../model/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { Size } from '../statement.ts';

export type PairSettings = {
  readonly pairs: readonly number[];
  readonly layers: readonly number[];
  /** How often the contrast vector is taken away or, below 0, added. */
  readonly factors: readonly number[];
  /** Isotropic noise in units of the activation's root mean square. */
  readonly scales: readonly number[];
  /** Draws of each random direction and noise. */
  readonly draws: number;
  /** Critical pairs that a contrast vector is the mean of. */
  readonly contrasts: number;
  /** Decisions of each model. */
  readonly decisions: number;
};

const FULL: PairSettings = {
  pairs: Array.from({ length: 40 }, (_, i) => i + 1),
  layers: [0, 1, 2, 3],
  factors: [1, 3, 7, 15, -1, -3, -7, -15],
  scales: [0.3, 1, 3],
  draws: 1,
  contrasts: 16,
  decisions: 16,
};

/** The same code at a size that CI can afford: one pair of each family of cues, one layer. */
const QUICK: PairSettings = {
  ...FULL,
  pairs: [1, 10, 19, 28, 37],
  layers: [2],
  factors: [1, -3],
  scales: [1],
  draws: 1,
  contrasts: 8,
  decisions: 8,
};

export function pairSettings(size: Size): PairSettings {
  return size === 'full' ? FULL : QUICK;
}

/** What an auditor knows of a pair: its goal and its cues, or neither. */
export const KNOWLEDGE = ['told', 'blind'] as const;
export type Knowledge = (typeof KNOWLEDGE)[number];

/** Interventions, plainest first. */
export const ARMS = [
  'base',
  'ask alone',
  'isotropic noise',
  'isotropic noise, last token',
  'random direction',
  'contrast vector',
] as const;
export type ArmName = (typeof ARMS)[number];

/** One intervention at one strength. */
export interface Trial {
  readonly arm: ArmName;
  readonly layer: number | null;
  /** Factor of a vector, or scale of noise. */
  readonly strength: number;
  readonly draw: number;
}

/** All trials of one model, those of one place together. */
export function trialsOf({ layers, factors, scales, draws }: PairSettings): Trial[] {
  const drawn = Array.from({ length: draws }, (_, draw) => draw);
  const grid = (arm: ArmName, strengths: readonly number[], of: readonly number[]): Trial[] =>
    layers.flatMap((layer) =>
      strengths.flatMap((strength) => of.map((draw) => ({ arm, layer, strength, draw }))),
    );
  const lengths = [...new Set(factors.map(Math.abs))];
  return [
    { arm: 'base', layer: null, strength: 0, draw: 0 },
    { arm: 'ask alone', layer: null, strength: 0, draw: 0 },
    ...grid('isotropic noise', scales, drawn),
    ...grid('isotropic noise, last token', scales, drawn),
    ...grid('random direction', lengths, drawn),
    ...grid('contrast vector', factors, [0]),
  ];
}

export const place = (layer: number) => `blocks.${layer}.hook_resid_post` as const;

/** A direction of the length of another, drawn from the sphere; the same for all models. */
export function randomDirection(like: readonly number[], layer: number, draw: number): number[] {
  const normals = randomStream(draw, 'noise')
    .at('direction', layer)
    .fillNormal(new Float32Array(like.length));
  const norm = (vector: ArrayLike<number>) => Math.hypot(...Array.from(vector));
  const factor = norm(like) / norm(normals);
  return Array.from(normals, (x) => factor * x);
}

/** The edits of a trial; none for the plain arms. @param vector the contrast vector of the trial's layer */
export function editsOf({ arm, layer, strength, draw }: Trial, vector: readonly number[]): Edit[] {
  if (layer === null) return [];
  const at = place(layer);
  const last = { positions: [-1] };
  if (arm === 'isotropic noise') return [{ at, do: 'noise', scale: strength, seed: draw }];
  if (arm === 'isotropic noise, last token')
    return [{ at, do: 'noise', scale: strength, seed: draw, ...last }];
  const along = arm === 'contrast vector' ? vector : randomDirection(vector, layer, draw);
  return [{ at, do: 'add', vector: [...along], scale: -strength, ...last }];
}
