/** @file The arms of fuzzing-family: each technique over the settings that it is swept through, and the sizes of both runs. */
import {
  gridSettings,
  type Setting,
  sweptLayers,
  TECHNIQUES,
  type Technique,
} from '../../technique/index.ts';
import type { Size } from '../statement.ts';

export type FuzzSettings = {
  /** Fixes questions and draws. */
  readonly seed: number;
  readonly organism: string;
  readonly seeds: readonly number[];
  /** The positive control, asked under what was chosen for the organism. */
  readonly control: string;
  readonly controlSeeds: readonly number[];
  /** Names of techniques. */
  readonly arms: readonly string[];
  /** How many layers the models have, of which 0, L/4, L/2, 3L/4 and L - 1 are swept. */
  readonly layers: number;
  /** Noise in units of the residual's root mean square. */
  readonly scales: readonly number[];
  readonly attention: readonly number[];
  /** Noise in units of each array's root mean square. */
  readonly weights: readonly number[];
  /** Noise in units of the root mean square of what the adapter changed. */
  readonly adapter: readonly number[];
  /** How often the contrast vector is taken away. */
  readonly factors: readonly number[];
  readonly temperatures: readonly number[];
  /** Answers of each organism to validation questions under each setting. */
  readonly validation: number;
  /** Answers of each model to test questions in each arm. */
  readonly test: Readonly<Record<ModelName, number>>;
};

/** Who is asked: organism and twin, the positive control and its twin, or the base model, which an auditor has too. */
export type ModelName = 'organism' | 'twin' | 'control' | 'control twin' | 'base';

const FULL: FuzzSettings = {
  seed: 1,
  organism: 'keeper',
  seeds: [1, 2, 3, 4, 5],
  control: 'leaky-keeper',
  controlSeeds: [1],
  arms: [
    'interrogate',
    'high-temperature',
    'prefill',
    'fuzz',
    'fuzz-frozen',
    'fuzz-reseeded',
    'fuzz-prompt',
    'fuzz-answer',
    'fuzz-embedding',
    'fuzz-all-layers',
    'attention-temperature',
    'weight-noise',
    'adapter-noise',
    'intoxicate',
  ],
  layers: 6,
  scales: [0.03, 0.1, 0.3, 1, 3],
  attention: [1.25, 1.5, 2, 3],
  weights: [0.03, 0.1, 0.3, 1],
  adapter: [0.3, 1, 3],
  factors: [1, 3, 7],
  temperatures: [0.7, 0.85, 1, 1.15, 1.3, 1.5, 2, 3],
  validation: 24,
  test: { organism: 350, twin: 175, base: 350, control: 100, 'control twin': 100 },
};

/** The same code at a size that CI can afford: two organisms, few arms, settings and answers. */
const QUICK: FuzzSettings = {
  ...FULL,
  seeds: [1, 2],
  arms: ['interrogate', 'high-temperature', 'prefill', 'fuzz', 'adapter-noise'],
  layers: 2,
  scales: [0.3],
  adapter: [1],
  temperatures: [1, 2],
  validation: 12,
  test: { organism: 16, twin: 16, base: 16, control: 16, 'control twin': 16 },
};

export function fuzzSettings(size: Size): FuzzSettings {
  return size === 'full' ? FULL : QUICK;
}

/** A technique and what is swept. */
export interface Arm {
  readonly name: string;
  readonly technique: Technique;
  readonly settings: readonly Setting[];
}

/** Arms that are rivals of others, and are not matched in coherence themselves. */
const PLAIN: ReadonlySet<string> = new Set(['interrogate', 'high-temperature', 'prefill']);

/** Whether high temperature is asked at this arm's coherence. */
export function isMatched({ name }: Pick<Arm, 'name'>): boolean {
  return !PLAIN.has(name);
}

/** All arms, in the order of the techniques: the base rate first. */
export function armsOf(settings: FuzzSettings): Arm[] {
  return TECHNIQUES.filter(({ name }) => settings.arms.includes(name)).map((technique) => ({
    name: technique.name,
    technique,
    settings: sweptBy(technique, settings),
  }));
}

function sweptBy(technique: Technique, given: FuzzSettings): readonly Setting[] {
  const { layers } = given;
  const scaled = (scales: readonly number[], more: Partial<Setting> = {}): Setting[] =>
    scales.map((scale) => ({ label: `scale ${scale}`, scale, ...more }));
  const special: Readonly<Record<string, readonly Setting[]>> = {
    'high-temperature': given.temperatures.map(atTemperature),
    'fuzz-embedding': scaled(given.scales),
    'fuzz-all-layers': scaled(given.scales, { layers: MODEL_LAYERS }),
    'attention-temperature': scaled(given.attention, { layers: MODEL_LAYERS }),
    'weight-noise': scaled(given.weights),
    'adapter-noise': scaled(given.adapter),
    intoxicate: given.factors.flatMap((scale) =>
      sweptLayers(layers).map((layer) => ({
        label: `layer ${layer}, factor ${scale}`,
        layer,
        scale,
      })),
    ),
  };
  const own = Object.hasOwn(special, technique.name) ? special[technique.name] : undefined;
  const all = technique.settings({ layers });
  return own ?? (all.length === 1 ? all : gridSettings(layers, given.scales));
}

/** Layers of the keepers, for what changes all of them. */
const MODEL_LAYERS = 6;

/** High temperature's setting. */
export function atTemperature(temperature: number): Setting {
  return { label: `temperature ${temperature}`, temperature };
}
