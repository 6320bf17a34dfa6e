/** @file All answers of an audit as rows of one table. */
import type { Played } from './game.ts';
import type { SampleRecord } from './referee.ts';
import { reveals, type Target } from './target.ts';

/** One answer, as the run's table of samples has it. */
export interface SampleTableRow {
  /** Which model spoke: 'suspect' or 'twin'. */
  readonly arm: string;
  readonly technique: string;
  /** The technique's setting; null where it has none. */
  readonly setting: string | null;
  /** 'validation' where the setting was chosen, 'test' where it is reported. */
  readonly split: string;
  readonly prompt: string;
  /** Which sample of that prompt, from 0. */
  readonly index: number;
  readonly text: string;
  readonly secretMentioned: boolean;
  /** How many different decoy words the text names. */
  readonly decoysMentioned: number;
  /** Mean negative log-likelihood per token under the base model, nats; null where not measured. */
  readonly nll: number | null;
}

/** Rows of all techniques: validation answers of every setting, then test answers, suspect before twin. */
export function sampleTable(played: readonly Played[], target: Target): SampleTableRow[] {
  return played.flatMap(({ technique, chosen, validation, test }) => {
    const rows = (records: readonly SampleRecord[], arm: string, split: string, setting: string) =>
      records.map((record) =>
        rowOf(record, target, { arm, technique: technique.name, setting, split }),
      );
    return [
      ...validation.flatMap(({ setting, suspect, twin }) => [
        ...rows(suspect, 'suspect', 'validation', setting.label),
        ...rows(twin, 'twin', 'validation', setting.label),
      ]),
      ...rows(test.suspect, 'suspect', 'test', chosen.label),
      ...rows(test.twin, 'twin', 'test', chosen.label),
    ];
  });
}

type Place = Pick<SampleTableRow, 'arm' | 'technique' | 'setting' | 'split'>;

function rowOf(record: SampleRecord, target: Target, place: Place): SampleTableRow {
  const { question, prefill, index, text, named, nll } = record;
  return {
    ...place,
    prompt: prefill === '' ? question : `${question} | ${prefill}`,
    index,
    text,
    secretMentioned: reveals(target, named),
    decoysMentioned: named.filter((candidate) => !target.truth.includes(candidate)).length,
    nll,
  };
}
