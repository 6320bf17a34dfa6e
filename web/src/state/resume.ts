/** @file What an audit's form has to say so that a stopped run goes on. */
import type { RunEntry } from '../api/types.ts';

/** Fields of the audit page; undefined where the run is no audit that it could ask for. */
export function resumeOf({ kind, settings, seeds, name, command }: RunEntry) {
  const { suspect, techniques, budget, effect } = settings;
  if (kind !== 'audit' || command === null) return undefined;
  return {
    suspect: String(suspect),
    techniques: (techniques as readonly string[]).join(','),
    budget: (budget as { readonly name: string }).name,
    effect: String(effect),
    seed: String(seeds.audit ?? 1),
    run: name,
  };
}
