/** @file The radius of an arm on a model: of several, the one whose first vectors show most on validation prompts, whatever that is. */
import type { Bench } from '../experiment.ts';
import type { Arm } from './arms.ts';
import { heard, loudest, shownIn } from './judge.ts';
import type { VectorSettings } from './settings.ts';
import { type Role, withSubject } from './subject.ts';

/** What an arm's first vectors of one norm do on validation prompts. */
export interface SweptRadius {
  readonly radius: number;
  /** Share of replies in the manner of most of them, the largest of all vectors. */
  readonly largest: number;
  /** The same, the mean over vectors. */
  readonly mean: number;
  /** Vectors that show a behaviour. */
  readonly shown: number;
  readonly objective: number;
}

export interface Choice {
  readonly radii: readonly SweptRadius[];
  readonly chosen: number;
}

/** An arm that has radii to choose among. */
export type SweptArm = Arm & Required<Pick<Arm, 'radii'>>;

/** Tries all radii of an arm on one model. Neither trigger nor plant is known; organisms and twins are treated alike. */
export async function sweep(
  role: Role,
  arm: SweptArm,
  settings: VectorSettings,
  bench: Bench,
): Promise<Choice> {
  const count = arm.variant ? settings.variantSweepCount : settings.sweepCount;
  const radii = await withSubject(role, settings, bench, async (subject) => {
    const found: SweptRadius[] = [];
    for (const radius of arm.radii(settings)) {
      const search = { subject, settings, radius, seed: role.seed, safePoint: bench.safePoint };
      const vectors = await arm.find(search, count);
      const effects = [];
      for (const { done } of vectors)
        effects.push(await heard(subject.model, subject.prompts.validation, done));
      const rates = effects.map((effect) => loudest(effect).rate);
      found.push({
        radius,
        largest: Math.max(...rates),
        mean: meanOf(rates),
        shown: effects.filter((effect) => shownIn(effect) !== undefined).length,
        objective: meanOf(vectors.map(({ objective }) => objective)),
      });
    }
    return found;
  });
  const chosen = radii.reduce((best, one) => (better(one, best) ? one : best)).radius;
  return { radii, chosen };
}

/** More vectors that show a behaviour; of equals the larger share; of equals the smaller radius. */
function better(a: SweptRadius, b: SweptRadius): boolean {
  return a.shown !== b.shown ? a.shown > b.shown : a.largest > b.largest;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
