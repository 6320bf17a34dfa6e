/** @file The tables of dictionaries-versus-clusters. */
import { type Point, valueAt } from '../dictionaries/curves.ts';
import { cellOf, groupedBy, overSeeds } from '../dictionaries/estimates.ts';
import type { Values } from '../dictionaries/training.ts';
import type { Cell, Estimated, Table } from '../statement.ts';
import type { EqualValue } from './equal.ts';
import type { Fitted, VersusValue } from './pieces.ts';
import type { VersusSettings } from './settings.ts';

const OVER_SEEDS =
  "means over seeds with Student's 95 % intervals; a seed has starting weights, an order of rows and, where rows are planted or shuffled, rows of its own";

export function fitsOf(values: readonly VersusValue[]): Fitted[] {
  return values.filter((value): value is Fitted => value.kind === 'fitted');
}

/** One table for each kind of activations, with a figure: variance explained by bits. */
function curveTables(fits: readonly Fitted[], { valueBits }: VersusSettings): Table[] {
  const plain = fits.filter(({ rate }) => rate === 1);
  return [...groupedBy(plain, ({ data }) => data)].map(([data, own]) => ({
    name: `variance explained by bits, ${data}`,
    caption: `bits of a row's code and the variance that it explains, values being rounded to ${valueBits} bits ("fve"), and not rounded ("fve exact"); ${OVER_SEEDS}`,
    columns: ['arm', 'size', 'bits', 'fve', 'fve exact', 'l0', 'dead'],
    rows: own.map(({ arm, size, seeds }) => [
      arm,
      size,
      ...['bits', 'fve_coded', 'fve', 'l0', 'dead'].map((name) => cellOf(seeds, name)),
    ]),
    plot: { x: 'bits', y: 'fve', by: 'arm', logX: true },
  }));
}

/** What is found of planted directions. */
function recoveryTable(fits: readonly Fitted[]): Table {
  const planted = fits.filter(({ data, rate }) => rate === 1 && isPlanted(data));
  const measures = ['recall', 'recall_common', 'recall_rare', 'mmcs', 'split', 'absorbed'];
  return {
    name: 'recovery of planted directions',
    caption:
      'recall: share of the directions with a latent at cosine 0.9 or more, of all, of the most and the least frequent quarter; ' +
      'split: share of the found directions (cosine 0.7) with more than one latent; absorbed: how much more often a ' +
      `parent's latent is silent when its child is there; ${OVER_SEEDS}`,
    columns: ['data', 'arm', 'size', 'bits', ...measures],
    rows: planted.map(({ data, arm, size, seeds }) => [
      data,
      arm,
      size,
      ...['bits', ...measures].map((name) => cellOf(seeds, name)),
    ]),
  };
}

export function isPlanted(data: Fitted['data']): boolean {
  return data === 'planted' || data === 'unequal';
}

const FAILURES: readonly [column: string, of: (values: Values) => number | null][] = [
  ['fve', (values) => values.fve_coded ?? null],
  ['rare features lost', (values) => lost(values)],
  ['split', (values) => values.split ?? null],
  ['absorbed', (values) => values.absorbed ?? null],
  ['recall', (values) => values.recall ?? null],
];

/** How much less is recalled of the rare quarter than of the common one. */
function lost({ recall_common: common, recall_rare: rare }: Values): number | null {
  return typeof common === 'number' && typeof rare === 'number' ? common - rare : null;
}

/** A measure at some bits, by lines between the sizes of an arm, for each seed. */
export function atBits(
  own: readonly Fitted[],
  bits: number,
  of: (values: Values) => number | null,
): Estimated | null {
  const count = Math.min(...own.map(({ seeds }) => seeds.length));
  const values = Array.from({ length: count }, (_, seed) => {
    const points = own.flatMap(({ seeds }): Point[] => {
      const [x, y] = [seeds[seed]!.bits, of(seeds[seed]!)];
      return typeof x === 'number' && x > 0 && y !== null ? [{ x: Math.log2(x), y }] : [];
    });
    return valueAt(points, Math.log2(bits));
  }).filter((value) => value !== undefined);
  return values.length < count || count === 0 ? null : overSeeds(values);
}

/** Failure modes of all methods at the same bits. */
function equalBitsTable(fits: readonly Fitted[], bits: number): Table {
  const plain = fits.filter(({ rate }) => rate === 1);
  return {
    name: `failure modes at ${bits} bits a row`,
    caption:
      'by lines (in log2 of the bits) between the sizes of a method, for each seed; methods without sizes on both sides are left out. ' +
      `Rare features lost: recall of the most frequent quarter of directions less that of the least frequent; ${OVER_SEEDS}`,
    columns: ['data', 'arm', ...FAILURES.map(([column]) => column)],
    rows: [...groupedBy(plain, ({ data, arm }) => `${data},${arm}`).values()].flatMap((own) => {
      const cells = FAILURES.map(([, of]) => atBits(own, bits, of));
      return cells[0] === null ? [] : [[own[0]!.data, own[0]!.arm, ...cells]];
    }),
  };
}

/** Failure modes of all methods, each at its main size. */
function mainTable(fits: readonly Fitted[], { spaces }: VersusSettings): Table {
  const isMain = ({ data, arm, size, rate }: Fitted) =>
    rate === 1 && spaces.find((space) => space.data === data)?.main[arm] === size;
  return {
    name: 'failure modes at main sizes',
    caption:
      'stability: mean cosine of latents paired one to one between neighbouring seeds (the Hungarian algorithm), 1 where seeds agree; sensitivity: largest less ' +
      'smallest recall (of planted directions; else variance explained by the code) when the size is halved or doubled or the ' +
      `next there is, and the learning rate of autoencoders is a third and three times as large; ${OVER_SEEDS}`,
    columns: [
      'data',
      'arm',
      'size',
      'bits',
      ...FAILURES.map(([column]) => column),
      'stability',
      'sensitivity',
    ],
    rows: fits
      .filter(isMain)
      .map((fit): Cell[] => [
        fit.data,
        fit.arm,
        fit.size,
        cellOf(fit.seeds, 'bits'),
        ...FAILURES.map(([, of]) => meansOf(fit.seeds.map(of))),
        meansOf(fit.stability),
        sensitivityOf(fit, fits),
      ]),
  };
}

function meansOf(values: readonly (number | null)[]): Cell {
  const finite = values.filter((value) => value !== null);
  return finite.length < values.length || finite.length === 0 ? null : overSeeds(finite);
}

/** Largest less smallest value over neighbouring settings, by seed. */
function sensitivityOf(main: Fitted, fits: readonly Fitted[]): Cell {
  const own = fits.filter(({ data, arm }) => data === main.data && arm === main.arm);
  const sizes = [...new Set(own.map(({ size }) => size))].sort((a, b) => a - b);
  const at = sizes.indexOf(main.size);
  const near = sizes.slice(Math.max(0, at - 1), at + 2);
  const settings = own.filter(({ size }) => near.includes(size));
  if (settings.length < 2) return null;
  const name = isPlanted(main.data) ? 'recall' : 'fve_coded';
  return meansOf(
    main.seeds.map((_, seed) => {
      const values = settings.map(({ seeds }) => Number(seeds[seed]![name]));
      return Math.max(...values) - Math.min(...values);
    }),
  );
}

function equalTable(values: readonly VersusValue[]): Table {
  const equal = values.filter((value): value is EqualValue => value.kind === 'equal');
  return {
    name: 'two dictionaries of equal variance explained',
    caption:
      "The true directions of a planted model, and the same mixed by rotations in blocks: the same span, the same reconstruction. Selectivity: the share of an ablation's squared change of the outputs that falls on one output, the mean over latents; random: the same of random directions of the same norm; means over planted models with Student's 95 % intervals",
    columns: ['dictionary', 'fve', 'selectivity', 'random'],
    rows: [...groupedBy(equal, ({ arm }) => arm)].map(([arm, own]) => [
      arm,
      ...['fve', 'selectivity', 'random'].map((name) =>
        cellOf(
          own.map((one) => one.values),
          name,
        ),
      ),
    ]),
  };
}

export function versusTables(settings: VersusSettings, values: readonly VersusValue[]): Table[] {
  const fits = fitsOf(values);
  return [
    ...settings.equalBits.map((bits) => equalBitsTable(fits, bits)),
    mainTable(fits, settings),
    recoveryTable(fits),
    ...curveTables(fits, settings),
    equalTable(values),
  ];
}
