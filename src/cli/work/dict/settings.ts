/** @file The settings that each kind of dictionary has, by name. */
import { kindOf } from '../../../dictionary/index.ts';

/** Settings without a plain default. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  matryoshka_batchtopk: ['matryoshka_widths'],
  pca: ['k'],
  ica: ['k'],
  nmf: ['k'],
  pca_kmeans: ['components'],
};

/** @throws TouchstoneError naming the nearest where there is no such kind */
export function settingsOf(architecture: string): string[] {
  const { training, fitting } = kindOf(architecture);
  const defaults = Object.keys((training ?? fitting)?.defaults ?? {});
  return ['d_sae', ...defaults, ...(FURTHER[architecture] ?? [])];
}
