/**
 * @file Two dictionaries that explain the same share of the variance, one of them true: what can tell them apart?
 */
import {
  causalEffects,
  measureRows,
  plantXor,
  rotatedDictionary,
  valuesOf,
  xorRows,
} from '../../dictionary/index.ts';
import type { Values } from '../dictionaries/training.ts';
import type { Piece } from '../experiment.ts';
import type { VersusSettings } from './settings.ts';

/** What was measured of one of the two. */
export interface EqualValue {
  readonly kind: 'equal';
  readonly arm: 'true' | 'rotated';
  readonly seed: number;
  readonly values: Values;
}

export function equalPieces({ equal }: VersusSettings): Piece<EqualValue[]>[] {
  return equal.seeds.flatMap((seed) =>
    (['true', 'rotated'] as const).map((arm) => ({
      key: `equal variance explained, ${arm}, seed ${seed}`,
      run: async ({ runtime }) => {
        const { width, features, rows } = equal;
        const model = plantXor({ width, features, pairs: 0, seed });
        const block = arm === 'true' ? 1 : equal.block;
        const dictionary = rotatedDictionary(model.read, { block, seed, runtime });
        const test = xorRows(model, rows, seed);
        const { fve } = valuesOf(await measureRows(dictionary, test));
        const effects = await causalEffects(dictionary, model.downstream, test);
        await dictionary.release();
        const mean = (pick: (effect: (typeof effects)[number]) => number) =>
          effects.reduce((sum, effect) => sum + pick(effect), 0) / effects.length;
        const values = {
          fve: Number(fve),
          selectivity: mean(({ selectivity }) => selectivity),
          random: mean(({ randomSelectivity }) => randomSelectivity),
        };
        return [{ kind: 'equal', arm, seed, values }];
      },
    })),
  );
}
