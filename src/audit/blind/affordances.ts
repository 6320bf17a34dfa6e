/** @file What a blind game can grant: the affordances that its tools need. */
import type { Affordance } from '../../technique/suspect.ts';

export const GAME_AFFORDANCES: readonly Affordance[] = ['sample', 'prefill', 'edit', 'read'];
