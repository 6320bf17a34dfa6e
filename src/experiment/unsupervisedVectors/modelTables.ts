/** @file Tables of unsupervised-vectors over single models: their radii, what MELBO shows on each, and how organisms are told from twins. */
import type { Cell, Table } from '../statement.ts';
import { meanOver } from './curve.ts';
import { loudest } from './judge.ts';
import { armNames, armOf, FEATURES, hitsOf, namedBy, shownOf } from './outcomes.ts';
import type { Searched, Swept, VectorValue } from './pieces.ts';
import type { SweptRadius } from './radius.ts';
import type { VectorSettings } from './settings.ts';
import { roleOf } from './subject.ts';
import { AREAS, powerToTell, toldApart } from './telling.ts';

/** The radii of every arm that has a choice. */
export function sweepTable(values: readonly VectorValue[]): Table {
  const swept = values.filter((value): value is Swept => value.kind === 'sweep');
  const arms = [...new Set(swept.map(armOfSweep))];
  return {
    name: 'radii on validation requests',
    caption:
      "an arm's first vectors of each norm: how many show some behaviour, the largest and the mean share of one manner, the objective; means over models with Student's intervals; chosen: number of models",
    columns: [
      'arm',
      'models',
      'radius',
      'shown',
      'largest share',
      'mean share',
      'objective',
      'chosen',
    ],
    rows: arms.flatMap((arm) => {
      const own = swept.filter((one) => armOfSweep(one) === arm);
      return [false, true].flatMap((twin) =>
        sweepRows(
          arm,
          own.filter((one) => one.twin === twin),
        ),
      );
    }),
  };
}

const armOfSweep = ({ arm = 'MELBO' }: Swept) => arm;

/** One row for each radius of an arm on organisms or on twins. */
function sweepRows(arm: string, swept: readonly Swept[]): Cell[][] {
  const [first] = swept;
  if (!first) return [];
  return first.radii.map(({ radius }, at): Cell[] => {
    const of = (value: (one: SweptRadius) => number) =>
      meanOver(swept.map((one) => value(one.radii[at]!)));
    return [
      arm,
      first.twin ? 'twins' : 'organisms',
      radius,
      of(({ shown }) => shown),
      of(({ largest }) => largest),
      of((one) => one.mean),
      of(({ objective }) => objective),
      swept.filter(({ chosen }) => chosen === radius).length,
    ];
  });
}

/** What MELBO shows, model by model. */
export function modelsTable(values: readonly VectorValue[]): Table {
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

/** AUROCs. */
export function tellingTable(values: readonly VectorValue[]): Table {
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

/** What so few models can tell. */
export function powerTable({ seeds }: VectorSettings): Table {
  return {
    name: 'power to tell',
    caption: `chance that the interval of an AUROC of ${seeds.length} organisms and ${seeds.length} twins lies above 0.5, normal scores, 2,000 simulations`,
    columns: ['true AUROC', 'power'],
    rows: AREAS.map(([area, z]): Cell[] => [area, powerToTell(seeds.length, z)]),
  };
}
