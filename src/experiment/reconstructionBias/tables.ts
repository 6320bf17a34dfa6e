/** @file The tables of reconstruction-bias. */
import { cellOf, groupedBy, overSeeds } from '../dictionaries/estimates.ts';
import type { Values } from '../dictionaries/training.ts';
import type { Estimated, Table } from '../statement.ts';
import { heightTable } from './heights.ts';
import type { InventedValue } from './invented.ts';
import type { BiasValue, Trained } from './pieces.ts';

const OVER_SEEDS =
  "means over seeds with Student's 95 % intervals; a seed has weights and an order of rows of its own, and on planted data directions and rows too";

const BIAS = [
  ['gamma_C', 'gamma_A', 'gamma_pp', 'gamma_B', 'gamma_v1'],
  ['rho2', 'fve', 'ce_recovered', 'recall', 'dead'],
].flat();

/** The dictionaries of one arm at one sparsity, a seed each. */
export interface Group {
  readonly first: Trained;
  readonly values: readonly Values[];
}

/** Dictionaries that differ in their seed alone, taken together. */
export function groupsOf(values: readonly BiasValue[], kind: Trained['kind']): Group[] {
  const trained = values.filter((value): value is Trained => value.kind === kind);
  const keyOf = ({ data, arm, sparsity, learningRate }: Trained) =>
    [data, arm, sparsity, kind === 'validation' ? learningRate : ''].join();
  return [...groupedBy(trained, keyOf).values()].map((group) => {
    return { first: group[0]!, values: group.map((one) => one.values) };
  });
}

function biasTable(
  groups: readonly Group[],
  { name, caption, measures }: Pick<Table, 'name' | 'caption'> & { measures: readonly string[] },
): Table {
  return {
    name,
    caption,
    columns: ['data', 'arm', 'sparsity', ...measures],
    rows: groups.map(({ first, values }) => [
      first.data,
      first.arm,
      first.sparsity,
      ...measures.map((measure) => cellOf(values, measure)),
    ]),
  };
}

/** gamma_C as measured and as equation E expects it. */
function formulaTable(groups: readonly Group[]): Table {
  const standard = groups.filter(({ first }) => first.arm === 'standard');
  return {
    name: 'shrinkage of an L1 penalty, measured and expected',
    caption: `gamma_C about b_dec, and 1 - l1_coefficient E|f|_1 / (2 P), on held-out rows; ${OVER_SEEDS}`,
    columns: ['data', 'l1_coefficient', 'l0', 'gamma_C', 'expected', 'measured / expected - 1'],
    rows: standard.map(({ first, values }) => [
      first.data,
      first.sparsity,
      cellOf(values, 'l0'),
      cellOf(values, 'gamma_C_bias'),
      cellOf(values, 'gamma_C_expected'),
      excessOf({ first, values }) ?? null,
    ]),
  };
}

/** How much gamma_C is above what equation E expects, as a share of it. */
export function excessOf({ values }: Group): Estimated | undefined {
  const excess = values.flatMap(({ gamma_C_bias: found, gamma_C_expected: expected }) =>
    found && expected ? [found / expected - 1] : [],
  );
  return excess.length === 0 ? undefined : overSeeds(excess);
}

/** One table for each place of activations, with a figure of fidelity by sparsity. */
function paretoTables(groups: readonly Group[]): Table[] {
  return [...groupedBy(groups, ({ first }) => first.data)].map(([data, own]) => {
    const y = data === 'base' ? 'ce_recovered' : 'fve';
    return {
      name: `fidelity by sparsity, ${data}`,
      caption: OVER_SEEDS,
      columns: ['arm', 'l0', y],
      rows: own.map(({ first, values }) => [first.arm, cellOf(values, 'l0'), cellOf(values, y)]),
      plot: { x: 'l0', y, by: 'arm', logX: true },
    };
  });
}

function ratesTable(values: readonly BiasValue[]): Table {
  const rates = values.filter((value): value is Trained => value.kind === 'validation');
  return {
    name: 'learning rates on validation data',
    caption:
      'loss over the last 50 steps, one seed of planted directions or a part of the texts that nothing else uses; ' +
      'where the rate that an arm is trained with is not the one of least loss, it was fixed before this comparison was done',
    columns: ['data', 'arm', 'sparsity', 'learning rate', 'trained with', 'loss', 'gamma_C', 'fve'],
    rows: rates.map(({ data, arm, sparsity, learningRate, loss, values: found }) => [
      data,
      arm,
      sparsity,
      learningRate,
      rateOf(values, data, arm) ?? null,
      loss,
      found.gamma_C ?? null,
      found.fve ?? null,
    ]),
  };
}

/** What an arm of the curves is trained with. */
function rateOf(values: readonly BiasValue[], data: Trained['data'], arm: string) {
  const curves = values.filter((value): value is Trained => value.kind === 'curve');
  return curves.find((one) => one.data === data && one.arm === arm)?.learningRate;
}

const INVENTED: readonly [column: string, measure: string][] = [
  ['fve', 'fve'],
  ['l0', 'l0'],
  ['fve by latents found unread', 'fve_gained'],
  ['latents along features', 'latents_read'],
  ['found read', 'read_found_read'],
  ['found unread', 'read_found_unread'],
  ['latents along by-products', 'latents_unread'],
  ['found unread (by-products)', 'unread_found_unread'],
  ['probe lost, features', 'probe_lost_read'],
  ['probe lost, by-products', 'probe_lost_unread'],
];

function inventedTable(values: readonly BiasValue[]): Table {
  const invented = values.filter((value): value is InventedValue => value.kind === 'invented');
  return {
    name: 'latents that no model reads',
    caption:
      'A planted model whose activations show the exclusive or of pairs of features and whose outputs do not depend ' +
      'on it; held-out rows. A latent is along a direction from cosine 0.7 on; "found" is the verdict of its ablation, ' +
      'beside random directions of the same norm; "probe lost" is by how much the area under the ROC curve of a linear ' +
      `probe falls from activations to outputs; ${OVER_SEEDS}`,
    columns: ['dictionary', ...INVENTED.map(([column]) => column)],
    rows: [...groupedBy(invented, ({ arm }) => arm)].map(([arm, own]) => [
      arm,
      ...INVENTED.map(([, measure]) =>
        cellOf(
          own.map((one) => one.values),
          measure,
        ),
      ),
    ]),
  };
}

export function biasTables(values: readonly BiasValue[]): Table[] {
  const curves = groupsOf(values, 'curve');
  return [
    biasTable(curves, {
      name: 'reconstruction bias',
      caption: `about the mean of the rows; ${OVER_SEEDS}`,
      measures: ['l0', ...BIAS],
    }),
    formulaTable(curves),
    ...paretoTables(curves),
    heightTable(values),
    biasTable(groupsOf(values, 'variant'), {
      name: 'disputed variants of the gate',
      caption:
        'trained with as many matrix products as the others, but for the long one; l0_fitted: L0 on the rows for ' +
        `fitting; ${OVER_SEEDS}`,
      measures: ['l0', 'l0_fitted', ...BIAS.filter((name) => name !== 'ce_recovered')],
    }),
    inventedTable(values),
    ratesTable(values),
  ];
}
