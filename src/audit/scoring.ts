/** @file One scored technique's game: on each arm it chooses a setting on validation questions without labels, then scores candidates on test questions. */
import { clearest, type Findings, type ScoredTechnique, type Setting } from '../technique/index.ts';
import { badInput } from '../tensor/index.ts';
import type { Split } from '../world/index.ts';
import { type GameSpec, metered } from './game.ts';
import { ledger, type Usage } from './meter.ts';
import type { Arm } from './players.ts';
import type { Ledger } from './result.ts';
import type { MeteredSuspect } from './suspect.ts';

/** What a scored technique says of one arm. Plain JSON: it is kept in the run's journal. */
export interface ArmScores {
  /** Label of the setting in which one candidate stands out the most on validation questions. */
  readonly setting: string;
  /** On test questions, one for each candidate. */
  readonly scores: readonly number[];
  /** On validation questions, by setting; empty where there is nothing to choose. */
  readonly validation: Readonly<Record<string, readonly number[]>>;
  readonly usage: Usage;
}

/** What a scored technique brought to light. */
export interface ScoredPlay {
  readonly technique: ScoredTechnique;
  readonly settings: readonly Setting[];
  readonly arms: Readonly<Record<Arm, ArmScores>>;
  /** What it used on the suspect alone. */
  readonly ledger: Ledger;
}

/**
 * Plays a scored technique to its end on both arms; each arm has its own setting, since choosing one takes no label.
 * What the journal holds is not done again.
 *
 * @throws TouchstoneError where a technique does not give one finite number for each candidate
 */
export async function playScored(technique: ScoredTechnique, spec: GameSpec): Promise<ScoredPlay> {
  const layers = spec.players.suspect.config.num_hidden_layers;
  const settings = technique.settings({ layers });
  const piece = (arm: Arm) => armOf(technique, settings, arm, spec);
  const arms = { suspect: await piece('suspect'), twin: await piece('twin') };
  return { technique, settings, arms, ledger: ledger([arms.suspect.usage], 0, settings.length) };
}

async function armOf(
  technique: ScoredTechnique,
  settings: readonly Setting[],
  arm: Arm,
  spec: GameSpec,
): Promise<ArmScores> {
  const key = `${technique.name}/scores/${arm}`;
  const known = spec.journal.recall(key);
  // The journal gives back what was recorded under this key, and nothing else.
  if (known !== undefined) return known as ArmScores;
  const found = await scoredArm(technique, settings, metered(technique, arm, spec), spec);
  await spec.journal.record(key, found);
  spec.onAnswers(`${technique.name}, ${arm}`, 0);
  return found;
}

/** Runs a scored technique on one suspect. */
async function scoredArm(
  technique: ScoredTechnique,
  settings: readonly Setting[],
  suspect: MeteredSuspect,
  { target: { subject } }: GameSpec,
): Promise<ArmScores> {
  const findings: Findings = (await technique.prepare?.(suspect, subject)) ?? {};
  const scored = async (setting: Setting, split: Split) =>
    checked(technique, subject.candidates.length, [
      ...(await technique.score(suspect, subject, setting, findings, split)),
    ]);
  const trials: (readonly number[])[] = [];
  for (const setting of settings.length > 1 ? settings : [])
    trials.push(await scored(setting, 'validation'));
  const chosen = settings[trials.length > 0 ? clearest(trials) : 0]!;
  return {
    setting: chosen.label,
    scores: await scored(chosen, 'test'),
    validation: Object.fromEntries(trials.map((scores, i) => [settings[i]!.label, scores])),
    usage: suspect.usage,
  };
}

function checked({ name }: ScoredTechnique, count: number, scores: number[]): number[] {
  if (scores.length === count && scores.every(Number.isFinite)) return scores;
  return badInput(
    `technique '${name}' gave ${scores.length} scores, ${scores.filter(Number.isFinite).length} of them finite`,
    `expected a finite number for each of ${count} candidates`,
  );
}
