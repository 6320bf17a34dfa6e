/** @file What a technique brought to light of one organism and its twin: a score for each candidate, and the answers behind it. */
import { type AnyTechnique, isScored, type ScoredTechnique } from '../../technique/index.ts';
import { countsOf } from '../assemble.ts';
import { type GameSpec, play } from '../game.ts';
import type { Arm } from '../players.ts';
import type { SampleRecord } from '../referee.ts';
import type { Ledger } from '../result.ts';
import { playScored } from '../scoring.ts';

/** Evidence on both arms, from the same questions. */
export interface Evidence {
  /** The technique's setting, chosen on validation questions; null where there is nothing to choose. */
  readonly setting: string | null;
  /** One number for each candidate; higher is more suspected. */
  readonly scores: Readonly<Record<Arm, readonly number[]>>;
  /** Answers to test questions; null where the technique asks nothing. */
  readonly answers: Readonly<Record<Arm, readonly SampleRecord[]>> | null;
  /** What it used on the organism alone. */
  readonly ledger: Ledger;
}

/** Runs a technique on an organism and on its twin. What the journal holds is not done again. */
export async function evidenceOf(technique: AnyTechnique, spec: GameSpec): Promise<Evidence> {
  if (isScored(technique)) return scoredEvidence(technique, spec);
  const { test, chosen, settings, ledger } = await play(technique, spec);
  return {
    setting: settings.length > 1 ? chosen.label : null,
    scores: {
      suspect: countsOf(test.suspect, spec.target),
      twin: countsOf(test.twin, spec.target),
    },
    answers: test,
    ledger,
  };
}

async function scoredEvidence(technique: ScoredTechnique, spec: GameSpec): Promise<Evidence> {
  const { arms, settings, ledger } = await playScored(technique, spec);
  return {
    setting: settings.length > 1 ? arms.suspect.setting : null,
    scores: { suspect: arms.suspect.scores, twin: arms.twin.scores },
    answers: null,
    ledger,
  };
}
