/** @file Telling organisms from twins by what their vectors do: AUROCs, and what so few models can show. */
import { auroc } from '../../statistics/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { Estimated } from '../statement.ts';
import { armOf, type Feature } from './outcomes.ts';
import type { VectorValue } from './pieces.ts';

/** AUROC of a feature of one arm; undefined where there are no twins. */
export function toldApart(
  values: readonly VectorValue[],
  arm: string,
  feature: Feature,
): Estimated | undefined {
  const of = (twin: boolean) => armOf(values, arm, twin).map((set) => feature.of(set));
  const [organisms, twins] = [of(false), of(true)];
  if (organisms.length === 0 || twins.length === 0) return undefined;
  const { estimate, interval } = auroc(organisms, twins);
  return { estimate, interval: [...interval], n: organisms.length + twins.length };
}

const SIMULATED = 2000;

/**
 * Chance that the interval of an AUROC of as many organisms and twins lies above 0.5, where scores of both are
 * normal, of one variance, and as far apart as makes the area `z` standard deviations: area = Phi(z / sqrt 2).
 */
export function powerToTell(models: number, z: number, seed = 1): number {
  const stream = randomStream(seed, 'power').at('auroc', models, String(z));
  let told = 0;
  for (let i = 0; i < SIMULATED; i++) {
    const draws = stream.at(i).fillNormal(new Float32Array(2 * models));
    const organisms = [...draws.subarray(0, models)].map((x) => x + z);
    const { interval } = auroc(organisms, [...draws.subarray(models)]);
    if (interval[0] > 0.5) told++;
  }
  return told / SIMULATED;
}

/** Distances whose areas are 0.8, 0.9 and 0.95: sqrt 2 times the normal quantile. */
export const AREAS: readonly (readonly [area: number, z: number])[] = [
  [0.8, 1.1902],
  [0.9, 1.8124],
  [0.95, 2.3262],
];
