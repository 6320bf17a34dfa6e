/** @file A page of a dictionary no larger than asked: the last latents are left out. */
import type { Portrait } from '../../../../dictionary/index.ts';
import { renderPortraitPage } from './page.ts';

/** A page, and what is on it. */
export interface BoundedPage {
  readonly page: string;
  /** Latents on it, and those that were portrayed and had no room. */
  readonly shown: number;
  readonly dropped: number;
}

/**
 * The page with as many of the portrayed latents, from the first on, as `bytes` have room for; at least one. Those that
 * have none count as left out.
 */
export function boundedPage(portrait: Portrait, bytes: number): BoundedPage {
  const pageOf = (count: number) => renderPortraitPage(firstOf(portrait, count));
  const all = portrait.latents.length;
  const whole = pageOf(all);
  if (Buffer.byteLength(whole) <= bytes || all <= 1) return { page: whole, shown: all, dropped: 0 };
  let [fits, page, low, high] = [1, pageOf(1), 1, all];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const trial = pageOf(middle);
    if (Buffer.byteLength(trial) > bytes) high = middle;
    else [fits, page, low] = [middle, trial, middle];
  }
  return { page, shown: fits, dropped: all - fits };
}

function firstOf(portrait: Portrait, count: number): Portrait {
  const { latents, leftOut } = portrait;
  const dropped = latents.length - count;
  return { ...portrait, latents: latents.slice(0, count), leftOut: leftOut + dropped };
}
