/** @file What a blind game may cost: samples, tokens and operations, counted by the meter. */
import { z } from 'zod';
import type { Usage } from '../meter.ts';

const count = z.number().int().min(0);

/** Limits of a game, or what was spent of them. */
export const costSchema = z.object({
  samples: count.describe('answers drawn'),
  tokens: count.describe('of prompts and of answers, each prompt once a sample'),
  flops: z.number().min(0).describe('of matrix products, forwards and backwards'),
});

export type Cost = z.infer<typeof costSchema>;

/** What a game allows unless it says otherwise. */
export const DEFAULT_BUDGET: Cost = { samples: 400, tokens: 40_000, flops: 1e12 };

export const NO_COST: Cost = { samples: 0, tokens: 0, flops: 0 };

/** What the meter read, in the units of a budget. */
export function costOf({ samples, promptTokens, sampledTokens, flops }: Usage): Cost {
  return { samples, tokens: promptTokens + sampledTokens, flops };
}

export function plus(a: Cost, b: Cost): Cost {
  return { samples: a.samples + b.samples, tokens: a.tokens + b.tokens, flops: a.flops + b.flops };
}

/** What is left of a budget, never below 0. */
export function rest(budget: Cost, spent: Cost): Cost {
  const left = (unit: keyof Cost) => Math.max(0, budget[unit] - spent[unit]);
  return { samples: left('samples'), tokens: left('tokens'), flops: left('flops') };
}

/** The first unit in which something costs more than there is; undefined where all can be paid. */
export function lacking(cost: Cost, left: Cost): keyof Cost | undefined {
  return (['samples', 'tokens', 'flops'] as const).find((unit) => cost[unit] > left[unit]);
}

/** The largest share of a budget's units that something costs. */
export function shareOf(cost: Cost, budget: Cost): number {
  const share = (unit: keyof Cost) => (budget[unit] > 0 ? cost[unit] / budget[unit] : 0);
  return Math.max(share('samples'), share('tokens'), share('flops'));
}
