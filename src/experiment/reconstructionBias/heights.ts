/** @file Areas between the curves of reconstruction-bias: how much more one kind keeps than another at equal L0. */
import { meanHeight, type Placed } from '../dictionaries/heights.ts';
import type { Cell, Estimated, Table } from '../statement.ts';
import type { BiasValue, ByDocument, Trained } from './pieces.ts';

/** The height of one curve above another. */
export interface Height {
  readonly data: Trained['data'];
  readonly measure: 'fve' | 'ce_recovered';
  readonly arm: string;
  readonly than: string;
  readonly height: Estimated | undefined;
}

const PAIRS = [
  ['gated', 'standard'],
  ['topk', 'standard'],
  ['gated', 'topk'],
] as const;

const known = new WeakMap<readonly BiasValue[], Height[]>();

/** Mean heights over the range of log2 L0 that both curves have. Resampled once for the same values. */
export function heightsOf(values: readonly BiasValue[]): Height[] {
  const heights = known.get(values) ?? allHeights(values);
  known.set(values, heights);
  return heights;
}

function allHeights(values: readonly BiasValue[]): Height[] {
  const curves = values.filter((value): value is Trained => value.kind === 'curve');
  const spaces = [...new Set(curves.map(({ data }) => data))];
  return spaces.flatMap((data) =>
    (data === 'base' ? (['ce_recovered', 'fve'] as const) : (['fve'] as const)).flatMap((measure) =>
      PAIRS.map(([arm, than]): Height => {
        const of = (name: string) =>
          curves
            .filter((one) => one.data === data && one.arm === name)
            .map((one) => placed(one, measure));
        return { data, measure, arm, than, height: meanHeight(of(arm), of(than)) };
      }),
    ),
  );
}

/** Variance explained by L0 on drawn rows, or loss recovered on drawn texts by L0 as measured on all rows. */
function placed({ seed, rows = {}, tokens = {} }: Trained, measure: Height['measure']): Placed {
  if (measure === 'fve') {
    const at: Placed['at'] = (times) => {
      const [all, l0, R, variation] = totals(rows, times, ['rows', 'l0', 'R', 'variation']);
      return pointAt(l0! / all!, 1 - R! / variation!);
    };
    return { seed, documents: rows.rows?.length ?? 0, at };
  }
  const [all, l0] = totals(rows, undefined, ['rows', 'l0']);
  const at: Placed['at'] = (times) => {
    const [original, spliced, zero] = totals(tokens, times, ['ceOriginal', 'ceSpliced', 'ceZero']);
    return pointAt(l0! / all!, (zero! - spliced!) / (zero! - original!));
  };
  return { seed, documents: tokens.ceZero?.length ?? 0, at };
}

function pointAt(l0: number, y: number) {
  return l0 > 0 && Number.isFinite(y) ? { x: Math.log2(l0), y } : undefined;
}

/** Sums over documents, each as often as it was drawn. */
function totals(
  sums: ByDocument,
  times: ArrayLike<number> | undefined,
  names: readonly string[],
): number[] {
  return names.map((name) =>
    (sums[name] ?? []).reduce((total, value, i) => total + (times?.[i] ?? 1) * value, 0),
  );
}

export function heightTable(values: readonly BiasValue[]): Table {
  return {
    name: 'area between curves',
    caption:
      'mean height of one arm over another over the range of log2 L0 that both have, all trained with the same number of ' +
      'matrix products; 95 % intervals resample seeds together with documents: texts of the model, blocks of 64 planted rows ' +
      '(clustered bootstrap, widened for few seeds); of ce_recovered L0 is held as measured',
    columns: ['data', 'measure', 'arm', 'above', 'height'],
    rows: heightsOf(values).map(({ data, measure, arm, than, height }): Cell[] => [
      data,
      measure,
      arm,
      than,
      height ?? null,
    ]),
  };
}
