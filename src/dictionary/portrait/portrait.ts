/** @file Portraits of latents: where they are active, with what, what they write and what they do. */
import { clusteredMean } from '../../statistics/index.ts';
import { type Choice, checkLatents } from './choice.ts';
import { Gallery, type GalleryOptions } from './gallery.ts';
import type { Explained } from './painter.ts';
import type { LatentPortrait, MeanAndInterval, Portrait } from './schema.ts';

export interface PortraitOptions extends GalleryOptions {
  readonly choice: Choice;
}

/**
 * Passes texts through a model and a dictionary, and portrays some of its latents. The same options give the
 * same portrait.
 *
 * @throws TouchstoneError where dictionary, hook point and model do not fit, or a latent does not exist
 */
export async function portray(options: PortraitOptions): Promise<Portrait> {
  const { choice } = options;
  if ('latents' in choice) checkLatents(choice.latents, options.dictionary.size);
  const gallery = await Gallery.open(options);
  const chosen = await gallery.choose(choice);
  const { latents, explained } = await gallery.paint(chosen.latents);
  return { ...gallery.frame(chosen), ...outcome(latents, explained), latents };
}

/** How well accounts of latents detect them, over all that are shown. */
function outcome(latents: readonly LatentPortrait[], explained: Explained | undefined) {
  const over = (values: readonly (number | undefined)[]): MeanAndInterval | null => {
    const own = values.filter((value) => value !== undefined);
    // One latent has no spread: its own figure is with it.
    if (own.length < 2) return null;
    const measured = own.map((value, i) => ({ cluster: String(i), value }));
    const { estimate, interval } = clusteredMean(measured);
    return { mean: estimate, interval, n: own.length };
  };
  const of = latents.map(({ explanation }) => explanation).filter((one) => one !== null);
  const failed = (why: 'refused' | 'malformed') =>
    of.filter(({ failure }) => failure === why).length;
  return {
    ruleScore: over(latents.map(({ ruleScore }) => ruleScore?.balancedAccuracy)),
    explainer: explained
      ? {
          model: explained.model,
          explained: of.length,
          refused: failed('refused'),
          malformed: failed('malformed'),
          score: over(of.map(({ score }) => score.balancedAccuracy)),
          shuffled: over(of.map(({ shuffled }) => shuffled?.score.balancedAccuracy)),
        }
      : null,
  };
}
