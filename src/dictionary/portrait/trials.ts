/** @file Texts of held-out documents on which accounts of a latent are tested. */
import type { RandomStream } from '../../tensor/index.ts';
import { MOST_SILENT } from './examples.ts';
import type { Trial } from './explain/detection.ts';
import type { Window } from './windows.ts';

/**
 * Texts in which a latent is active, and texts of the background in which it is silent, shuffled. Nothing where
 * there is one kind only.
 */
export function trialsOf(
  active: readonly Window[],
  background: readonly Window[],
  stream: RandomStream,
  latent: number,
): Trial[] {
  const silent = background
    .filter(({ values }) => values.every((value) => value === 0))
    .slice(0, MOST_SILENT);
  if (active.length === 0 || silent.length === 0) return [];
  const trials = [
    ...active.map((window): Trial => ({ window, active: true })),
    ...silent.map((window): Trial => ({ window, active: false })),
  ];
  return stream.at('trials', latent).reader().shuffle(trials);
}
