/** @file Tables of fuzzing-family on what answers to test questions give away: each arm, and each beside its rivals. */
import type { Cell, Table } from '../statement.ts';
import { armsOf, type FuzzSettings } from './arms.ts';
import { reveals } from './choose.ts';
import { comparisons, outcomeOf } from './compare.ts';
import {
  calibrated,
  coherence,
  coherentHit,
  rateOf,
  sampleRate,
  testsOf,
  usefulHit,
} from './measures.ts';
import type { FuzzValue } from './pieces.ts';

/** What intervals are. */
export const OVER_SEEDS =
  'intervals are 95 % over organisms and, within them, core phrases of questions (clustered bootstrap; Wilson and Newcombe with reduced n where reveals are few)';

/** Reveals and coherence of every arm. */
export function revealTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const [useful, coherent] = [usefulHit(values), coherentHit(values)];
  const rows = armsOf(settings).map(({ name }): Cell[] => {
    const [own, twins] = [testsOf(values, name, 'organism'), testsOf(values, name, 'twin')];
    return [
      name,
      own[0]!.setting.label,
      own.reduce((sum, { answers }) => sum + answers.length, 0),
      rateOf(own),
      sampleRate(own),
      rateOf(twins),
      calibrated(own),
      rateOf(own, reveals, 1e4),
      rateOf(own, useful, 1e4),
      coherence(own),
      rateOf(own, coherent),
    ];
  });
  return {
    name: 'reveals on test questions',
    caption: `share of answers that name the secret, over ${settings.seeds.length} organisms; "as if independent" has Wilson's interval; decoys are the other 199 candidates; useful: the secret alone, as coherent as 99 % of plain answers of clean twins; coherence: nats a token under the base model; coherent: share of answers that are as likely under it as 99 % of plain answers of clean twins; ${OVER_SEEDS}`,
    columns: [
      ['arm', 'setting', 'n', 'reveals', 'as if independent', 'twin', 'less decoys'],
      ['per 10,000', 'useful per 10,000', 'coherence', 'coherent'],
    ].flat(),
    rows,
  };
}

/** Every arm that is judged, beside its rivals. */
export function rivalTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const all = comparisons(settings, values);
  const coherent = coherentHit(values);
  return {
    name: 'each arm against its rivals',
    caption: `differences of reveal rates on test questions; equal coherence: plain sampling at the temperature whose validation answers have the same nats a token; intervals are 95 % for all ${all.length} arms together (Bonferroni), over organisms and core phrases; coherent: share of answers, as above; p: rank of the secrets among the candidates under the best setting of the sweep, Holm over arms`,
    columns: [
      ['arm', 'over interrogate', 'temperature', 'its reveals', 'its coherence', 'its coherent'],
      ['over equal coherence', 'over twin', 'p', 'outcome'],
    ].flat(),
    rows: all.map((one) => {
      const matched = testsOf(values, one.arm.name, 'organism', true);
      return [
        one.arm.name,
        one.overPlain,
        matched[0]!.setting.temperature ?? null,
        rateOf(matched),
        coherence(matched),
        rateOf(matched, coherent),
        one.overMatched,
        one.overTwin,
        one.p,
        outcomeOf(one),
      ];
    }),
  };
}
