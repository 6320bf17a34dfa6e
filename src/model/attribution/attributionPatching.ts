/**
 * @file Attribution patching: activation patching to first order, all places at the price of one pass
 * forward and back (Nanda 2023, "Attribution patching: activation patching at industrial scale").
 */
import { concat, gradients, input, type Tensor } from '../../tensor/index.ts';
import type { HookName } from '../hooks.ts';
import type { LanguageModel } from '../languageModel.ts';
import { BoundMetric } from './metric.ts';
import { EditedModel, keep } from './pass.ts';
import { isSquare, type PatchingOptions, type PatchingResult, Sweep } from './sweep.ts';

/**
 * Estimates what {@link activationPatching} measures:
 * metric(base) + (source - base) . gradient of the metric at base, base being the run that is patched.
 *
 * @throws TouchstoneError where sequences, hook points, positions, metric or edits do not fit
 */
export async function attributionPatching(
  model: LanguageModel,
  options: PatchingOptions,
): Promise<PatchingResult> {
  const sweep = new Sweep(model, options, 'attributionPatching');
  const edited = new EditedModel(model, options);
  const metric = new BoundMetric(options.metric, sweep.clean, model.config);
  const build = () => effectsGraph(sweep, metric, edited);
  const key = `attribution:${metric.kind}:${sweep.perHead}:${sweep.hooks}`;
  const parts: Effects[] = [];
  const together = Math.max(1, Math.floor(sweep.rowsTogether / 2));
  for (let at = 0; at < sweep.base.length; at += together) {
    const pairs = sweep.base.slice(at, at + together).map((_, i) => at + i);
    const rows = [...pairs.map((pair) => sweep.base[pair]!), ...pairs.map((p) => sweep.source[p]!)];
    const partner = BigInt64Array.from(rows, (_, row) =>
      BigInt((row + pairs.length) % rows.length),
    );
    const of = [...pairs, ...pairs];
    const { value, effects } = await edited.run(
      key,
      build,
      rows,
      {
        ...metric.feeds(model.runtime, of),
        partner: model.runtime.tensor('int64', partner, [rows.length]),
      },
      of,
    );
    parts.push({
      pairs: pairs.length,
      values: value.data as Float32Array,
      effects: effects.data as Float32Array,
    });
  }
  return collect(sweep, parts);
}

/** Of each row its metric, and how much replacing each hook point's values by its partner's would change it. */
function effectsGraph(sweep: Sweep, metric: BoundMetric, edited: EditedModel) {
  const pass = edited.graph(new Map(sweep.hooks.map((hook) => [hook, keep])));
  const value = metric.value(pass);
  const at = sweep.hooks.map((hook) => pass.values.get(hook)!);
  const slopes = gradients(value.sum(), at);
  const partner = input('partner', 'int64', ['batch']);
  const effects = sweep.hooks.map((hook, i) => {
    const x = at[i]!;
    const other = x.gather(partner);
    // Masked scores are minus infinity on both sides.
    const change = isSquare(hook) ? other.equal(x).where(0, other.sub(x)) : other.sub(x);
    return perPlace(hook, change.mul(slopes[i]!), sweep.perHead);
  });
  return { value, effects: concat(effects, 1) };
}

/** Products at a hook point summed to [batch, 1, position, head], or to one sum for all heads. */
function perPlace(hook: HookName, products: Tensor, perHead: boolean): Tensor {
  const square = isSquare(hook);
  const axes = products.shape.slice(2).map((_, i) => i + 2);
  if (!perHead) return products.sum(square ? [1, 3] : axes).reshape('batch', 1, 'seq', 1);
  const sums = products.sum(-1);
  const heads = sums.shape[square ? 1 : 2]!;
  return (square ? sums.transpose(0, 2, 1) : sums).reshape('batch', 1, 'seq', heads);
}

/** What one run of the program gave: bases first, then sources. */
interface Effects {
  readonly pairs: number;
  readonly values: Float32Array;
  /** [rows, hooks, positions, heads]. */
  readonly effects: Float32Array;
}

function collect(sweep: Sweep, parts: readonly Effects[]): PatchingResult {
  const values = (sources: boolean) =>
    Float32Array.from(
      parts.flatMap(({ pairs, values }) => {
        const start = sources ? pairs : 0;
        return [...values.subarray(start, start + pairs)];
      }),
    );
  const raw = parts.flatMap((part) =>
    Array.from({ length: part.pairs }, (_, row) => estimates(sweep, part, row)).flat(),
  );
  return sweep.result(values(false), values(true), Float32Array.from(raw));
}

/** The estimated metric for every place of one row. */
function estimates(sweep: Sweep, { effects, values }: Effects, row: number): number[] {
  const [length, heads] = [sweep.base[0]!.length, sweep.heads ?? 1];
  return sweep.places.map(({ hook, position, head = 0 }) => {
    const positions = position === undefined ? sweep.positions : [position];
    const first = (row * sweep.hooks.length + hook) * length;
    const sum = positions.reduce((total, at) => total + effects[(first + at) * heads + head]!, 0);
    return values[row]! + sum;
  });
}
