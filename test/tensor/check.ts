/** @file Runs one sample of an operation: values against the reference, derivatives against finite differences. */
import { expect } from 'vitest';
import {
  compile,
  constant,
  type DType,
  type Feeds,
  gradients,
  type HostTensor,
  input,
  isFloat,
  type Program,
  type Runtime,
  type Tensor,
} from '../../src/tensor/index.ts';
import { type Operand, PLAIN, type Sample, type Sizes, SYMBOLIC } from './case.ts';
import type { Values } from './reference.ts';

type Float = 'float32' | 'float64';

/** Step of the central differences: truncation and rounding errors are both near 1e-10. */
const STEP = 1e-5;

/** A graph of one sample: values `y`, gradients `g` of a weighted sum of them, and second derivatives `h`. */
interface Graph {
  readonly outputs: Record<string, Tensor>;
  readonly values: readonly Tensor[];
  /** Numbers of the operands with gradients. */
  readonly wrt: readonly number[];
}

/** Weights that make a scalar of a tensor: arbitrary, all different. */
function weights(size: number, phase: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.fround(Math.cos(1.7 * i + phase)));
}

function weightedSum(terms: readonly Tensor[], prefix: string, precision: Float): Tensor {
  return terms
    .map((term, i) => term.mul(input(`${prefix}${i}`, precision, term.shape)).sum())
    .reduce((a, b) => a.add(b), constant(0, [], precision));
}

function numbered(prefix: string, tensors: readonly Tensor[]): [string, Tensor][] {
  return tensors.map((tensor, i) => [`${prefix}${i}`, tensor]);
}

/** Which operands have gradients. */
export function differentiated(
  sample: Sample,
  which: boolean | readonly number[] = true,
): number[] {
  const floats = [...sample.operands.keys()].filter((i) => sample.operands[i]!.type === 'float');
  if (typeof which === 'boolean') return which ? floats : [];
  return [...which];
}

function typeOf(operand: Operand, precision: Float): DType {
  return operand.type === 'float' ? precision : operand.type;
}

function graphOf(sample: Sample, wrt: readonly number[], precision: Float, sizes: Sizes): Graph {
  const operands = sample.operands.map((operand, i) =>
    input(`x${i}`, typeOf(operand, precision), operand.shape.map(sizes.of)),
  );
  const values = [sample.build(operands, sizes)].flat();
  const outputs = Object.fromEntries(numbered('y', values));
  if (wrt.length === 0) return { outputs, values, wrt };
  const inputs = wrt.map((i) => operands[i]!);
  const floats = values.filter((value) => isFloat(value.dtype));
  const first = gradients(weightedSum(floats, 'v', precision), inputs);
  Object.assign(outputs, Object.fromEntries(numbered('g', first)));
  if (precision === 'float64') {
    const second = gradients(weightedSum(first, 'u', precision), inputs);
    Object.assign(outputs, Object.fromEntries(numbered('h', second)));
  }
  return { outputs, values, wrt };
}

function host(runtime: Runtime, dtype: DType, { data, shape }: Values): HostTensor {
  const arrays = {
    float32: () => Float32Array.from(data),
    // The array itself: finite differences change it in place.
    float64: () => data,
    int32: () => Int32Array.from(data),
    int64: () => BigInt64Array.from([...data].map(BigInt)),
    bool: () => Uint8Array.from(data),
  };
  return runtime.tensor(dtype, arrays[dtype](), shape);
}

function feedsOf(
  runtime: Runtime,
  sample: Sample,
  graph: Graph,
  precision: Float,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {};
  const feedWeights = (name: string, { shape, data }: Values, phase: number) => {
    feeds[name] = host(runtime, precision, { shape, data: weights(data.length, phase) });
  };
  for (const [i, operand] of sample.operands.entries()) {
    feeds[`x${i}`] = host(runtime, typeOf(operand, precision), operand);
  }
  floatResults(sample, graph).forEach((values, i) => {
    feedWeights(`v${i}`, values, 0.3 + i);
  });
  graph.wrt.forEach((operand, i) => {
    feedWeights(`u${i}`, sample.operands[operand]!, 0.8 + i);
  });
  return feeds;
}

/** What the reference gives for the outputs of float type. */
function floatResults(sample: Sample, graph: Graph): Values[] {
  return [sample.expected].flat().filter((_, i) => isFloat(graph.values[i]!.dtype));
}

export function numbers(tensor: HostTensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** Asserts that all entries are equal within a tolerance relative to the larger of 1 and the entry. */
export function expectClose(
  actual: readonly number[],
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, `${what}: number of entries`).toBe(expected.length);
  actual.forEach((x, i) => {
    const y = expected[i]!;
    const fits = Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y));
    if (!fits) expect.fail(`${what}[${i}]: ${x}, expected ${y} within ${tolerance}`);
  });
}

function checkValues(
  results: Readonly<Record<string, HostTensor>>,
  sample: Sample,
  tolerance: number,
  what: string,
): void {
  [sample.expected].flat().forEach((expected: Values, i) => {
    const result = results[`y${i}`]!;
    expect(result.dims, `${what}: shape of output ${i}`).toEqual(expected.shape);
    expectClose(numbers(result), expected.data, tolerance, `${what}: output ${i}`);
  });
}

/** Inner products of the weights fed as `prefix`0, ... with results. */
function weighed(feeds: Feeds, prefix: string, results: readonly HostTensor[]): number {
  let sum = 0;
  results.forEach((result, i) => {
    const factors = feeds[`${prefix}${i}`]!.data as Float64Array;
    numbers(result).forEach((x, j) => {
      sum += factors[j]! * x;
    });
  });
  return sum;
}

/** Central differences of the two weighted sums with respect to one operand. */
async function differences(
  run: () => Promise<{ first: number; second: number }>,
  data: Float64Array,
): Promise<{ first: number[]; second: number[] }> {
  const [first, second]: [number[], number[]] = [[], []];
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    data[i] = x + STEP;
    const above = await run();
    data[i] = x - STEP;
    const below = await run();
    data[i] = x;
    first.push((above.first - below.first) / (2 * STEP));
    second.push((above.second - below.second) / (2 * STEP));
  }
  return { first, second };
}

async function checkDerivatives(
  program: Program,
  graph: Graph,
  feeds: Feeds,
  sample: Sample,
): Promise<void> {
  const exact = await program.run(feeds);
  const floats = [...graph.values.keys()].filter((i) => isFloat(graph.values[i]!.dtype));
  const run = async () => {
    const results = await program.run(feeds);
    const values = floats.map((i) => results[`y${i}`]!);
    const slopes = graph.wrt.map((_, i) => results[`g${i}`]!);
    return { first: weighed(feeds, 'v', values), second: weighed(feeds, 'u', slopes) };
  };
  for (const [i, operand] of graph.wrt.entries()) {
    const { first, second } = await differences(run, sample.operands[operand]!.data);
    expectClose(numbers(exact[`g${i}`]!), first, 1e-5, `gradient of operand ${operand}`);
    expectClose(numbers(exact[`h${i}`]!), second, 1e-5, `second derivative of operand ${operand}`);
  }
}

async function withProgram<T>(
  runtime: Runtime,
  graph: Graph,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await compile({ runtime, outputs: graph.outputs });
  try {
    return await use(program);
  } finally {
    await program.release();
  }
}

/** Values to 1e-9 and derivatives to 1e-5 in float64. */
async function checkDouble(runtime: Runtime, sample: Sample, wrt: readonly number[]) {
  const graph = graphOf(sample, wrt, 'float64', PLAIN);
  const feeds = feedsOf(runtime, sample, graph, 'float64');
  return withProgram(runtime, graph, async (program) => {
    const results = await program.run(feeds);
    checkValues(results, sample, 1e-9, 'float64');
    await checkDerivatives(program, graph, feeds, sample);
    return results;
  });
}

/** Checks one sample in both precisions, in float32 with fixed or with symbolic sizes. */
export async function checkSample(
  runtime: Runtime,
  sample: Sample,
  wrt: readonly number[],
  symbolic: boolean,
): Promise<void> {
  const double = await checkDouble(runtime, sample, wrt);
  const what = symbolic ? 'float32 with symbolic sizes' : 'float32';
  const graph = graphOf(sample, wrt, 'float32', symbolic ? SYMBOLIC : PLAIN);
  await withProgram(runtime, graph, async (program) => {
    const results = await program.run(feedsOf(runtime, sample, graph, 'float32'));
    checkValues(results, sample, 1e-5, what);
    wrt.forEach((operand, i) => {
      const expected = numbers(double[`g${i}`]!);
      expectClose(numbers(results[`g${i}`]!), expected, 1e-4, `${what}: gradient of ${operand}`);
    });
  });
}
