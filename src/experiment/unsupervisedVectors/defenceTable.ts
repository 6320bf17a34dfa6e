/** @file The table of unsupervised-vectors on organisms that were trained against attacks. */
import type { Cell, Table } from '../statement.ts';
import { mean, OVER, share } from './cells.ts';
import { DEFENCES } from './defence.ts';
import { rateOf } from './judge.ts';
import {
  areaOfSet,
  armOf,
  bestRate,
  defenceOf,
  hitsOf,
  shownOf,
  type VectorSet,
} from './outcomes.ts';
import type { VectorValue } from './pieces.ts';
import type { VectorSettings } from './settings.ts';

/** MELBO before and after each training. */
export function defenceTable(
  values: readonly VectorValue[],
  { defenceCount }: VectorSettings,
): Table {
  const before = armOf(values, 'MELBO', false).map((set) => ({
    ...set,
    tried: set.tried.slice(0, defenceCount),
  }));
  const after = DEFENCES.map(({ name }) => ({ name, sets: defenceOf(values, name) }));
  return {
    name: 'latent adversarial training',
    caption: `MELBO's first ${defenceCount} vectors at the radius of the organism before training; trigger: share of replies in the planted manner to test requests that hold it; lists: share of questions answered; ${OVER}`,
    columns: [
      'organism',
      'trigger',
      'lists',
      'found',
      'area',
      'largest share of the plant',
      'shown, any manner',
    ],
    rows: [
      ['before', null, ...measuredOf(before)],
      ...after.map(({ name, sets }): Cell[] => [
        name,
        share(sets.map(({ triggered, planted }) => rateOf(triggered, planted))),
        ...measuredOf(sets),
      ]),
    ],
  };
}

function measuredOf(sets: readonly VectorSet[]): Cell[] {
  return [
    share(sets.map(({ plain }) => plain.right / plain.asked)),
    share(sets.map((set) => hitsOf(set) > 0)),
    share(sets.map((set) => areaOfSet(set))),
    share(sets.map(bestRate)),
    mean(sets.map(shownOf)),
  ];
}
