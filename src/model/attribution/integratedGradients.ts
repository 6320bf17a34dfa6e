/** @file Integrated gradients of a metric along a straight path of activations (Sundararajan, Taly and Yan 2017). */
import { badUsage, gradients, type HostTensor, input, type Tensor } from '../../tensor/index.ts';
import { type HookName, hookSizes } from '../hooks.ts';
import type { Activation, LanguageModel, Tokens } from '../languageModel.ts';
import { BoundMetric, type Metric } from './metric.ts';
import { EditedModel, type Feeds, hooksOf, type PassOptions, pairedRows } from './pass.ts';

/** Where the path starts: at zero, at a vector at every position, or at the activations of another sequence. */
export type Baseline =
  | 'zero'
  | { readonly vector: readonly number[] }
  | { readonly tokens: Tokens };

export interface IntegratedGradientsOptions extends PassOptions {
  readonly at: string;
  readonly metric: Metric;
  /** Default 'zero'. */
  readonly baseline?: Baseline;
  /** Points on the path, in the middles of as many equal pieces. Default 64. */
  readonly steps?: number;
  /** How far sum and difference may lie apart, as a share of the difference. Default 0.05. */
  readonly tolerance?: number;
  /** Points of the path in one run of the program. Default: as many as make 2048 tokens, at least 8. */
  readonly rowsTogether?: number;
}

/** Whether attributions add up to what they attribute (the axiom of completeness). */
export interface Completeness {
  readonly sum: number;
  /** The metric at the activation less that at the baseline. */
  readonly difference: number;
  /** sum - difference: shrinks with the square of the number of steps where the metric is smooth. */
  readonly gap: number;
  readonly tolerance: number;
  /** Whether |gap| <= tolerance * |difference| + 1e-5, the latter for rounding. */
  readonly holds: boolean;
}

export interface IntegratedGradients {
  readonly at: HookName;
  readonly steps: number;
  /** The metric of the sequence as it is, and with the baseline in place of the activation. */
  readonly value: number;
  readonly baseline: number;
  /** [position, ...], as the activation without its first axis. */
  readonly attributions: Activation;
  readonly completeness: Completeness;
}

/**
 * Attributes a metric of one sequence to the entries of the activation x at a hook point:
 * (x - b) * mean over steps of the gradient at b + alpha (x - b), alpha = (k - 1/2) / steps.
 *
 * @throws TouchstoneError where sequence, hook point, baseline, metric or edits do not fit
 */
export async function integratedGradients(
  model: LanguageModel,
  tokens: Tokens,
  options: IntegratedGradientsOptions,
): Promise<IntegratedGradients> {
  const path = new Path(model, tokens, options);
  const { alphas, weights, together } = path;
  const values: number[] = [];
  let total: { dims: readonly number[]; data: Float64Array } | undefined;
  for (let at = 0; at < alphas.length; at += together) {
    const out = await path.run(alphas.slice(at, at + together), weights.slice(at, at + together));
    values.push(...(out.value.data as Float32Array).subarray(1));
    const part = out.attributions.data as Float32Array;
    total ??= { dims: out.attributions.dims, data: new Float64Array(part.length) };
    for (let i = 0; i < part.length; i++) total.data[i]! += part[i]!;
  }
  const { dims, data } = total!;
  // The ends of the path come first.
  const [baseline, value] = values as [number, number];
  const sum = data.reduce((a, b) => a + b, 0);
  return {
    at: path.hook,
    steps: alphas.length - 2,
    value,
    baseline,
    attributions: { dims, data: Float32Array.from(data) },
    completeness: completeness(sum, value - baseline, options.tolerance ?? 0.05),
  };
}

function completeness(sum: number, difference: number, tolerance: number): Completeness {
  const gap = sum - difference;
  const holds = Math.abs(gap) <= tolerance * Math.abs(difference) + 1e-5;
  return { sum, difference, gap, tolerance, holds };
}

/** The path, its points as rows of a pass; the first row is where the baseline's tokens run, if it has any. */
class Path {
  readonly hook: HookName;
  /** The path's ends, then its steps. */
  readonly alphas: readonly number[];
  readonly weights: readonly number[];
  readonly together: number;
  readonly #edited: EditedModel;
  readonly #metric: BoundMetric;
  readonly #row: readonly number[];
  readonly #first: readonly number[];
  readonly #vector: readonly number[] | undefined;
  readonly #kind: 'zero' | 'vector' | 'tokens';

  constructor(model: LanguageModel, tokens: Tokens, options: IntegratedGradientsOptions) {
    const { baseline = 'zero', steps = 64, at, metric } = options;
    if (!(Number.isInteger(steps) && steps > 0)) badUsage(`${steps} steps`, 'take 1 or more');
    const [hook, ...more] = hooksOf([at], model);
    if (more.length > 0) badUsage(`'${at}' names ${more.length + 1} hook points`, 'name one');
    this.hook = hook!;
    if (this.hook.endsWith('hook_attn_scores'))
      badUsage(`integrated gradients at '${at}'`, 'masked scores are infinite: use hook_pattern');
    const given = typeof baseline === 'object' && 'tokens' in baseline ? baseline.tokens : tokens;
    const [rows, others] = pairedRows(model, ['its', tokens], ["its baseline's", given]);
    if (rows.length !== 1) badUsage(`${rows.length} sequences`, 'attribute one at a time');
    [this.#row, this.#first] = [rows[0]!, others[0]!];
    this.#kind = baseline === 'zero' ? 'zero' : 'vector' in baseline ? 'vector' : 'tokens';
    this.#vector = this.#kind === 'vector' ? checkVector(this.hook, baseline, model) : undefined;
    this.#metric = new BoundMetric(metric, rows, model.config);
    this.#edited = new EditedModel(model, options);
    const middles = Array.from({ length: steps }, (_, k) => (k + 0.5) / steps);
    this.alphas = [0, 1, ...middles];
    this.weights = [0, 0, ...middles.map(() => 1 / steps)];
    this.together = options.rowsTogether ?? Math.max(8, Math.floor(2048 / this.#row.length));
  }

  run(alphas: readonly number[], weights: readonly number[]) {
    const { runtime } = this.#edited.model;
    const rows = [this.#first, ...alphas.map(() => this.#row)];
    const perRow = (values: readonly number[]) =>
      runtime.tensor('float32', Float32Array.from(values), [values.length]);
    const feeds: Feeds = {
      ...this.#metric.feeds(
        runtime,
        rows.map(() => 0),
      ),
      'path.alpha': perRow([1, ...alphas]),
      'path.weight': perRow([0, ...weights]),
      ...(this.#vector && { 'path.baseline': perRow(this.#vector) as HostTensor }),
    };
    const key = `path:${this.#kind}:${this.#metric.kind}:${this.hook}`;
    const identities = rows.map(() => 0);
    return this.#edited.run(key, () => this.#graph(), rows, feeds, identities);
  }

  #graph() {
    let change: Tensor | undefined;
    const onPath = (x: Tensor) => {
      const start = this.#baselineOf(x);
      change = x.sub(start);
      const ones = x.shape.slice(1).map(() => 1);
      const alpha = input('path.alpha', 'float32', ['batch']).reshape('batch', ...ones);
      return start.add(change.mul(alpha));
    };
    const pass = this.#edited.graph(new Map([[this.hook, onPath]]));
    const value = this.#metric.value(pass);
    const weighted = value.mul(input('path.weight', 'float32', ['batch'])).sum();
    const [slope] = gradients(weighted, [pass.values.get(this.hook)!]);
    return { value, attributions: slope!.mul(change!).sum(0) };
  }

  #baselineOf(x: Tensor): Tensor {
    if (this.#kind === 'tokens') return x.slice(0, 0, 1);
    if (this.#kind === 'zero') return x.mul(0);
    return input('path.baseline', 'float32', [this.#vector!.length]).reshape(
      ...(x.shape.slice(2) as number[]),
    );
  }
}

function checkVector(
  hook: HookName,
  baseline: Baseline,
  { config }: LanguageModel,
): readonly number[] {
  const { vector } = baseline as { vector: readonly number[] };
  const sizes = hookSizes(hook, config);
  if (!sizes) badUsage(`a baseline vector at '${hook}'`, "use 'zero' or tokens");
  const size = sizes.reduce((a, b) => a * b, 1);
  if (vector.length !== size)
    badUsage(`baseline of ${vector.length} numbers at '${hook}'`, `it takes ${size}`);
  const wrong = vector.find((entry) => !Number.isFinite(entry));
  if (wrong !== undefined) badUsage(`${wrong} in a baseline`, 'its numbers are finite');
  return vector;
}
