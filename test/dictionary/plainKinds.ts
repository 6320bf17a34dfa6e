/**
 * @file Slow, plain losses of the kinds of autoencoders: loops in float64, written from the papers' formulas.
 * Each takes the parameters twice: those that gradients reach, and those that they do not.
 */
import type { DictionaryConfig } from '../../src/dictionary/index.ts';

export type Matrix = number[][];
/** Vectors have one row. */
export type Parameters = Record<string, Matrix>;

export interface PlainBatch {
  readonly x: Matrix;
  readonly target: Matrix;
  readonly config: DictionaryConfig;
  readonly sparsity: number;
  readonly dead?: readonly boolean[];
}

export type PlainLoss = (batch: PlainBatch, p: Parameters, frozen: Parameters) => number;

export const vector = (p: Parameters, name: string): number[] => p[name]![0]!;

/** a b, of matrices. */
export function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, i) => sum + v * b[i]![j]!, 0)));
}

const plus = (a: Matrix, row: readonly number[]): Matrix =>
  a.map((values) => values.map((value, i) => value + row[i]!));

const relu = (value: number): number => (value > 0 ? value : 0);
const each = (a: Matrix, f: (value: number, j: number, i: number) => number): Matrix =>
  a.map((row, i) => row.map((value, j) => f(value, j, i)));
const total = (a: Matrix): number => a.flat().reduce((sum, value) => sum + value, 0);
const coefficient = (config: DictionaryConfig, name: string): number => Number(config[name]);

/** Mean over rows of the squared distance. */
export function meanSquares(a: Matrix, b: Matrix): number {
  return total(each(a, (value, j, i) => (value - b[i]![j]!) ** 2)) / a.length;
}

export function projected({ x, config }: PlainBatch, p: Parameters): Matrix {
  const bias = config.apply_b_dec_to_input ? vector(p, 'b_dec') : x[0]!.map(() => 0);
  return product(
    each(x, (value, j) => value - bias[j]!),
    p.W_enc!,
  );
}

export function preActivations(batch: PlainBatch, p: Parameters): Matrix {
  return plus(projected(batch, p), vector(p, 'b_enc'));
}

export function decoded(latents: Matrix, p: Parameters): Matrix {
  return plus(product(latents, p.W_dec!), vector(p, 'b_dec'));
}

export const standardLoss: PlainLoss = (batch, p) => {
  const f = each(preActivations(batch, p), relu);
  const penalty = coefficient(batch.config, 'l1_coefficient') * batch.sparsity;
  return meanSquares(batch.target, decoded(f, p)) + (penalty * total(f)) / f.length;
};

export function gatedLatents(batch: PlainBatch, p: Parameters): { gate: Matrix; f: Matrix } {
  const { config } = batch;
  const pi = projected(batch, p);
  const [b_gate, b_mag] = [vector(p, 'b_gate'), vector(p, 'b_mag')];
  const scale = vector(p, 'r_mag').map(Math.exp);
  const gate = plus(pi, b_gate);
  const opening = (g: number): number => {
    const temperature = coefficient(config, 'gate_temperature');
    return config.gate === 'soft' ? 1 / (1 + Math.exp(-g / temperature)) : Number(g > 0);
  };
  const latent = (value: number, j: number, i: number): number => {
    const g = gate[i]![j]!;
    if (config.gate === 'rescale') return scale[j]! * relu(g);
    if (config.gate === 'rescale_and_shift') return g > 0 ? relu(scale[j]! * g + b_mag[j]!) : 0;
    return opening(g) * relu(value * scale[j]! + b_mag[j]!);
  };
  return { gate, f: each(pi, latent) };
}

export const gatedLoss: PlainLoss = (batch, p, frozen) => {
  const { config, target, sparsity } = batch;
  const { gate, f } = gatedLatents(batch, p);
  const open = each(gate, relu);
  const penalty = coefficient(config, 'l1_coefficient') * sparsity;
  const plain = meanSquares(target, decoded(f, p)) + (penalty * total(open)) / f.length;
  if (config.auxiliary === 'none') return plain;
  const decoder = config.auxiliary === 'frozen' ? frozen : p;
  return plain + meanSquares(target, decoded(open, decoder));
};

/** The k largest entries of a list, cut off at 0; the others are 0. */
export function largest(values: readonly number[], k: number): number[] {
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
  const kept = new Set(order.slice(0, k));
  return values.map((value, i) => (kept.has(i) ? relu(value) : 0));
}

/** The error that dead latents could explain, as a share of its variance. */
function deadLoss(batch: PlainBatch, pre: Matrix, error: Matrix, p: Parameters): number {
  const { config, dead } = batch;
  const weight = coefficient(config, 'aux_loss_coefficient');
  if (!dead || weight === 0) return 0;
  const k = Math.max(1, Math.min(config.d_sae, Math.floor(config.d_in / 2)));
  const revived = pre.map((row) =>
    largest(
      row.map((value, j) => (dead[j] ? value : Number.NEGATIVE_INFINITY)),
      k,
    ),
  );
  const means = error[0]!.map((_, j) => error.reduce((s, row) => s + row[j]!, 0) / error.length);
  const spread = meanSquares(
    error,
    error.map(() => means),
  );
  return (weight * meanSquares(error, product(revived, p.W_dec!))) / Math.max(spread, 1e-12);
}

const difference = (a: Matrix, b: Matrix): Matrix => each(a, (value, j, i) => value - b[i]![j]!);

/** Latents of a batch, by the kind's rule of which are kept. */
type Keep = (pre: Matrix, config: DictionaryConfig) => Matrix;

export const rowTop: Keep = (pre, config) => pre.map((row) => largest(row, Number(config.k)));
export const batchTop: Keep = (pre, config) => {
  const kept = largest(pre.flat(), Number(config.k) * pre.length);
  return pre.map((row, i) => kept.slice(i * row.length, (i + 1) * row.length));
};

function keptLoss(keep: Keep, prefixes: (config: DictionaryConfig) => number[]): PlainLoss {
  return (batch, p, frozen) => {
    const { config, target } = batch;
    const pre = preActivations(batch, p);
    const f = keep(pre, config);
    const errors = prefixes(config).map((width) =>
      meanSquares(
        target,
        decoded(
          each(f, (value, j) => (j < width ? value : 0)),
          p,
        ),
      ),
    );
    const error = difference(target, decoded(keep(preActivations(batch, frozen), config), frozen));
    const mean = errors.reduce((sum, value) => sum + value, 0) / errors.length;
    return mean + deadLoss(batch, pre, error, p);
  };
}

const whole = (config: DictionaryConfig): number[] => [config.d_sae];
export const topkLoss = keptLoss(rowTop, whole);
export const batchTopkLoss = keptLoss(batchTop, whole);
export const matryoshkaLoss = keptLoss(batchTop, (config) => config.matryoshka_widths as number[]);

export function jumped(pre: Matrix, thresholds: readonly number[]): Matrix {
  return each(pre, (value, j) => (value > thresholds[j]! ? relu(value) : 0));
}

export const jumpreluLoss: PlainLoss = (batch, p) => {
  const f = jumped(preActivations(batch, p), vector(p, 'threshold'));
  const l0 = total(each(f, (value) => Number(value > 0))) / f.length;
  const penalty = coefficient(batch.config, 'l0_coefficient') * batch.sparsity;
  return meanSquares(batch.target, decoded(f, p)) + penalty * l0;
};
