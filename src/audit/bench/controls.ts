/**
 * @file Negative controls of a bench: what a row looks like where there is nothing to be found. Other models answer the plain
 * questions; techniques that read activations get them shuffled, or random directions of the same norm; other candidates are
 * taken to be the truth.
 */
import { LanguageModel } from '../../model/index.ts';
import {
  type AnyTechnique,
  type Findings,
  interrogate,
  isScored,
  type Setting,
  type Suspect,
} from '../../technique/index.ts';
import { type RandomStream, randomStream } from '../../tensor/index.ts';
import type { Subject } from '../../world/index.ts';
import { countsOf } from '../assemble.ts';
import { askAlone, type GameSpec } from '../game.ts';
import { ledger } from '../meter.ts';
import type { Evidence } from './evidence.ts';
import type { Judged } from './row.ts';

/** Models that hold nothing, by control. */
export const MODEL_CONTROLS = {
  'base model': ({ players }: GameSpec) => players.base,
  'random weights': ({ players, seed }: GameSpec) => {
    const { config, runtime, tokenizer } = players.base;
    return LanguageModel.create(config, runtime, { seed, ...(tokenizer && { tokenizer }) });
  },
} as const;

export type ModelControl = keyof typeof MODEL_CONTROLS;

/** The plain questions of an organism, to a model that holds nothing, beside the organism's twin. */
export async function modelControl(
  control: ModelControl,
  plain: Evidence,
  spec: GameSpec,
): Promise<Evidence> {
  const model = MODEL_CONTROLS[control](spec);
  const { records, usage } = await askAlone(interrogate, model, `control/${control}`, spec);
  if (model !== spec.players.base) await model.release();
  return {
    setting: null,
    scores: { suspect: countsOf(records, spec.target), twin: plain.scores.twin },
    answers: plain.answers && { suspect: records, twin: plain.answers.twin },
    ledger: ledger([usage], 0, 1),
  };
}

/** What is done to activations, by control. */
const READINGS = {
  'shuffled activations': (vector: Float32Array, stream: RandomStream) =>
    Float32Array.from(stream.reader().shuffle([...vector])),
  'random direction': (vector: Float32Array, stream: RandomStream) => {
    const random = stream.fillNormal(new Float32Array(vector.length));
    const by = Math.hypot(...vector) / Math.hypot(...random);
    return random.map((value) => value * by);
  },
} as const;

export type ReadingControl = keyof typeof READINGS;

export const READING_CONTROLS = Object.keys(READINGS) as ReadingControl[];

/** Whether a technique finds vectors out that could be spoilt. */
export function reads(technique: AnyTechnique): boolean {
  return technique.prepare !== undefined && technique.affordances.includes('read');
}

/**
 * A technique, under the setting that it chose, whose vectors say nothing: what it found out is shuffled over coordinates,
 * or replaced by random directions of the same norm.
 */
export function spoilt(
  technique: AnyTechnique,
  control: ReadingControl,
  setting: string | null,
): AnyTechnique {
  const settings = (suspect: Pick<Suspect, 'layers'>): Setting[] => {
    const all = technique.settings(suspect);
    return [...all.filter(({ label }) => label === setting), ...all].slice(0, 1);
  };
  const spoil = (findings: Findings = {}) => spoiltFindings(findings, control);
  if (isScored(technique)) {
    const prepare: typeof technique.prepare = async (suspect, subject) =>
      spoil(await technique.prepare?.(suspect, subject));
    return { ...technique, settings, prepare };
  }
  const prepare: typeof technique.prepare = async (suspect, materials) =>
    spoil(await technique.prepare?.(suspect, materials));
  return { ...technique, settings, prepare };
}

function spoiltFindings(findings: Findings, control: ReadingControl): Findings {
  const stream = randomStream(1, 'control').at(control);
  return Object.fromEntries(
    Object.entries(findings).map(([name, vector]) => {
      return [name, [...READINGS[control](Float32Array.from(vector), stream.at(name))]];
    }),
  );
}

/** The truths of the seeds dealt over them: each is judged by the next one's. Undefined where all are the same. */
export function permuted(judged: readonly Judged[]): Judged[] | undefined {
  const dealt = judged.map((of, i) => ({ ...of, truth: judged[(i + 1) % judged.length]!.truth }));
  const same = dealt.every(({ truth }, i) => String(truth) === String(judged[i]!.truth));
  return same ? undefined : dealt;
}

/** Other candidates in the place of the truths, drawn for each seed. Undefined where there are too few. */
export function withDecoys(judged: readonly Judged[], subject: Subject): Judged[] | undefined {
  const size = judged[0]!.truth.length;
  if (subject.candidates.length < 2 * size) return undefined;
  return judged.map((of) => {
    const others = [...subject.candidates.keys()].filter((index) => !of.truth.includes(index));
    const reader = randomStream(of.seed, 'decoys').at(subject.name).reader();
    const truth = reader.shuffle(others).slice(0, size);
    return { ...of, truth: truth.sort((a, b) => a - b) };
  });
}
