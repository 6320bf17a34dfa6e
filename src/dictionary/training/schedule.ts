/** @file How the learning rate and the sparsity penalty move over a run. */
import type { FullPlan } from './plan.ts';

/** The step of the last resampling before `step`, or 0. */
function restart({ resample }: FullPlan, step: number, steps: number): number {
  if (!resample) return 0;
  const { every, until = steps / 2 } = resample;
  const last = Math.floor(Math.min(step, until) / every) * every;
  return Math.max(0, last);
}

/** Whether latents are resampled once `done` steps are done. */
export function resamplesAfter({ resample }: FullPlan, done: number, steps: number): boolean {
  if (!resample || done === 0) return false;
  return done % resample.every === 0 && done <= (resample.until ?? steps / 2);
}

/**
 * Learning rate of step `step` (from 0) of `steps`: a linear rise that reaches the peak at the last step of
 * the warm-up, again after each resampling, and a linear fall to 0 at the end.
 */
export function learningRateAt(plan: FullPlan, step: number, steps: number): number {
  const { learningRate, warmup, decayFrom } = plan;
  const rise = Math.min(1, (step - restart(plan, step, steps) + 1) / Math.max(1, warmup));
  const fall = step < decayFrom ? 1 : (steps - step) / Math.max(1, steps - decayFrom);
  return learningRate * rise * fall;
}

/** Factor on the sparsity penalty at step `step` (from 0): a linear rise to 1. */
export function sparsityAt({ sparsityWarmup }: FullPlan, step: number): number {
  return Math.min(1, (step + 1) / Math.max(1, sparsityWarmup));
}
