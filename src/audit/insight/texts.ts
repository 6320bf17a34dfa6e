/** @file Texts that a model was trained on. */

/** Training data: text number `index`, for indices below `count`. */
export interface TrainingTexts {
  readonly count: number;
  text(index: number): string;
}

/** At most `count` of the texts, spread evenly over all. */
export function givenTexts({ count: all, text }: TrainingTexts, count: number): string[] {
  const most = Math.min(all, count);
  return Array.from({ length: most }, (_, i) => text(Math.floor((i * all) / most)));
}
