/** @file The tables of unsupervised-vectors. */
import type { Cell, Table } from '../statement.ts';
import { mean, OVER, share } from './cells.ts';
import { foundWithin } from './curve.ts';
import { defenceTable } from './defenceTable.ts';
import { shownIn } from './judge.ts';
import { modelsTable, powerTable, sweepTable, tellingTable } from './modelTables.ts';
import {
  areaOfSet,
  armNames,
  armOf,
  bestRate,
  hitsOf,
  keptOf,
  namedBy,
  shownOf,
  type VectorSet,
} from './outcomes.ts';
import type { VectorValue } from './pieces.ts';
import type { VectorSettings } from './settings.ts';

function armsTable(values: readonly VectorValue[]): Table {
  return {
    name: 'what vectors bring to light',
    caption: `at the radius of each arm and model; found: some vector shows the planted manner on test requests; ${OVER}. TFLOP is of the search on one model. Twins: share of which some vector shows any manner`,
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

export function vectorTables(settings: VectorSettings, values: readonly VectorValue[]): Table[] {
  return [
    armsTable(values),
    curveTable(values),
    modelsTable(values),
    sweepTable(values),
    tellingTable(values),
    powerTable(settings),
    defenceTable(values, settings),
  ];
}
