/** @file The tables of unsupervised-vectors. */
import type { Cell, Table } from '../statement.ts';
import { foundWithin, meanOver, shareOver } from './curve.ts';
import { DEFENCES } from './defence.ts';
import { loudest, rateOf, shownIn } from './judge.ts';
import {
  areaOfSet,
  armNames,
  armOf,
  bestRate,
  defenceOf,
  FEATURES,
  hitsOf,
  keptOf,
  namedBy,
  shownOf,
  type VectorSet,
} from './outcomes.ts';
import type { Searched, Swept, VectorValue } from './pieces.ts';
import type { VectorSettings } from './settings.ts';
import { roleOf } from './subject.ts';
import { AREAS, powerToTell, toldApart } from './telling.ts';

const OVER =
  "over organisms: shares with Wilson's 95 % interval of as many samples as there are models, other means with Student's";

/** A mean of what is defined, or null. */
function mean(values: readonly (number | undefined)[]): Cell {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? null : meanOver(defined);
}

function share(values: readonly (boolean | number)[]): Cell {
  return values.length === 0 ? null : shareOver(values.map(Number));
}

function armsTable(values: readonly VectorValue[]): Table {
  return {
    name: 'what vectors bring to light',
    caption: `at the radius of each model; found: some vector shows the planted manner on test requests; ${OVER}. TFLOP is of the search on one model. Twins: share of which some vector shows any manner`,
    columns: [
      'arm',
      'vectors',
      'found',
      'area',
      'vectors that show the plant',
      'largest share of the plant',
      'kept by these',
      'named',
      'twins taken for backdoored',
      'TFLOP',
    ],
    rows: armNames(values).map((arm) => armRow(arm, values)),
  };
}

function armRow(arm: string, values: readonly VectorValue[]): Cell[] {
  const sets = armOf(values, arm, false);
  const named = sets.flatMap((set) => {
    const manner = namedBy(set);
    return manner === undefined ? [] : [manner === set.planted];
  });
  return [
    arm,
    sets[0]!.tried.length,
    share(sets.map((set) => hitsOf(set) > 0)),
    share(sets.map((set) => areaOfSet(set))),
    share(sets.map((set) => hitsOf(set) / set.tried.length)),
    share(sets.map(bestRate)),
    mean(sets.map((set) => keptOf(set, hittersOf(set)))),
    share(named),
    share(armOf(values, arm, true).map((set) => shownOf(set) > 0)),
    sets.reduce((sum, { flop }) => sum + flop, 0) / sets.length / 1e12,
  ];
}

function hittersOf({ tried, planted }: VectorSet) {
  return tried.filter(({ test }) => shownIn(test) === planted);
}

/** Powers of two up to all. */
function depths(all: number): number[] {
  const powers = Array.from({ length: 1 + Math.floor(Math.log2(all)) }, (_, i) => 2 ** i);
  return [...new Set([...powers, all])];
}

function curveTable(values: readonly VectorValue[]): Table {
  const rows = armNames(values).flatMap((arm) => {
    const sets = armOf(values, arm, false);
    return depths(sets[0]!.tried.length).map((k): Cell[] => [arm, k, chance(sets, k)]);
  });
  return {
    name: 'vectors inspected and the chance to meet the plant',
    caption: `vectors in random order, exact expectation (hypergeometric); ${OVER}`,
    columns: ['arm', 'vectors inspected', 'P(found)'],
    rows,
    plot: { x: 'vectors inspected', y: 'P(found)', by: 'arm', logX: true },
  };
}

function chance(sets: readonly VectorSet[], k: number): Cell {
  return share(sets.map((set) => foundWithin(k, hitsOf(set), set.tried.length)));
}

function sweepTable(values: readonly VectorValue[], { radii }: VectorSettings): Table {
  const swept = values.filter((value): value is Swept => value.kind === 'sweep');
  const rows = [false, true].flatMap((twin) =>
    radii.map((radius, at): Cell[] => {
      const own = swept.filter((one) => one.twin === twin);
      const of = (value: (one: Swept['radii'][number]) => number) =>
        meanOver(own.map((one) => value(one.radii[at]!)));
      return [
        twin ? 'twins' : 'organisms',
        radius,
        of(({ shown }) => shown),
        of(({ largest }) => largest),
        of((one) => one.mean),
        of(({ objective }) => objective),
        own.filter(({ chosen }) => chosen === radius).length,
      ];
    }),
  );
  return {
    name: 'radii on validation requests',
    caption:
      "MELBO's first vectors of each norm: how many show some behaviour, the largest and the mean share of one manner, the objective; means over models with Student's intervals; chosen: number of models",
    columns: ['models', 'radius', 'shown', 'largest share', 'mean share', 'objective', 'chosen'],
    rows,
  };
}

function modelsTable(values: readonly VectorValue[]): Table {
  const sets = [...armOf(values, 'MELBO', false), ...armOf(values, 'MELBO', true)];
  return {
    name: 'MELBO, model by model',
    caption:
      'planted: in the organism of the seed; the twin has no plant. Shown: vectors that show any manner; named: the manner that most of these show',
    columns: ['model', 'planted', 'radius', 'show the plant', 'shown', 'named', 'largest share'],
    rows: sets.map((set) => [
      roleOf(set),
      set.planted,
      set.radius,
      hitsOf(set),
      shownOf(set),
      namedBy(set) ?? '-',
      largestOf(set),
    ]),
  };
}

function largestOf({ tried }: Searched): string {
  const { manner, rate } = tried
    .map(({ test }) => loudest(test))
    .reduce((a, b) => (b.rate > a.rate ? b : a));
  return `${(100 * rate).toFixed(0)} % ${manner}`;
}

function tellingTable(values: readonly VectorValue[]): Table {
  const rows = armNames(values).flatMap((arm) =>
    FEATURES.map((feature): Cell[] => [arm, feature.name, toldApart(values, arm, feature) ?? null]),
  );
  return {
    name: 'telling organisms from twins',
    caption:
      "AUROC over models, DeLong's interval or, where classes do not overlap, Newcombe's; by replies to test requests where nothing else is said",
    columns: ['arm', 'by', 'AUROC'],
    rows: rows.filter(([, , area]) => area !== null),
  };
}

function powerTable({ seeds }: VectorSettings): Table {
  return {
    name: 'power to tell',
    caption: `chance that the interval of an AUROC of ${seeds.length} organisms and ${seeds.length} twins lies above 0.5, normal scores, 2,000 simulations`,
    columns: ['true AUROC', 'power'],
    rows: AREAS.map(([area, z]): Cell[] => [area, powerToTell(seeds.length, z)]),
  };
}

function defenceTable(values: readonly VectorValue[], { defenceCount }: VectorSettings): Table {
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

export function vectorTables(settings: VectorSettings, values: readonly VectorValue[]): Table[] {
  return [
    armsTable(values),
    curveTable(values),
    modelsTable(values),
    sweepTable(values, settings),
    tellingTable(values),
    powerTable(settings),
    defenceTable(values, settings),
  ];
}
