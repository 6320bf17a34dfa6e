/** @file Examines devices: which work here, how fast they multiply, and whether they compute right. */
import { compile, gradients, input, type Runtime, randomStream } from '../tensor/index.ts';
import { nodeRuntime } from './runtime.ts';

export interface DeviceReport {
  readonly device: string;
  readonly works: boolean;
  /** Why it does not work. */
  readonly reason?: string;
  /** Best of a few float32 products of 1024 x 512 x 8192. */
  readonly matmulGflops?: number;
  readonly selfTest?: {
    readonly passed: boolean;
    readonly largestError: number;
    readonly limit: number;
  };
}

/** Execution providers that ONNX Runtime may have. */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;

/** Largest allowed error of a float32 value or gradient against a float64 reference, relative to the largest entry. */
const LIMIT = 1e-4;

/** Examines one device. Never throws: what fails is reported. */
export async function examine(device: string): Promise<DeviceReport> {
  try {
    const runtime = nodeRuntime({ providers: [device] });
    const largestError = await selfTest(runtime);
    const matmulGflops = await matmulRate(runtime);
    return {
      device,
      works: true,
      matmulGflops,
      selfTest: { passed: largestError <= LIMIT, largestError, limit: LIMIT },
    };
  } catch (error) {
    const reason = String((error as Error).message ?? error).split('\n')[0]!;
    return { device, works: false, reason };
  }
}

/** Loss and gradient of a two-layer network against plain float64 loops; returns the largest relative error. */
async function selfTest(runtime: Runtime): Promise<number> {
  const [rows, width, hidden] = [7, 33, 65];
  const x = input('x', 'float32', [rows, width]);
  const [a, b] = [input('a', 'float32', [width, hidden]), input('b', 'float32', [hidden, width])];
  const y = x.matmul(a).silu().matmul(b).softmax();
  const loss = y.mul(y).sum();
  const [gradient] = gradients(loss, [a]) as [typeof a];
  const program = await compile({ runtime, outputs: { y, gradient } });
  const stream = randomStream(1, 'doctor');
  const draw = (name: string, size: number) => stream.at(name).fillNormal(new Float32Array(size));
  const values = {
    x: draw('x', rows * width),
    a: draw('a', width * hidden),
    b: draw('b', hidden * width),
  };
  const out = await program.run({
    x: runtime.tensor('float32', values.x, [rows, width]),
    a: runtime.tensor('float32', values.a, [width, hidden]),
    b: runtime.tensor('float32', values.b, [hidden, width]),
  });
  await program.release();
  const expected = reference(values, rows, width, hidden);
  return Math.max(
    relativeError(out.y!.data as Float32Array, expected.y),
    relativeError(out.gradient!.data as Float32Array, expected.gradient),
  );
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(actual[i]! - expected[i]!));
    size = Math.max(size, Math.abs(expected[i]!));
  }
  return error / size;
}

/** A row-major product by plain loops. */
function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) out[i * n + j]! += a[i * k + p]! * b[p * n + j]!;
    }
  }
  return out;
}

function transposed(a: ArrayLike<number>, m: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => a[(i % m) * n + Math.floor(i / m)]!);
}

function softmaxRows(logits: Float64Array, width: number): Float64Array {
  const exponentials = logits.map((value) => Math.exp(value));
  return exponentials.map((value, i) => {
    const start = i - (i % width);
    return value / exponentials.subarray(start, start + width).reduce((sum, x) => sum + x, 0);
  });
}

/** The same network and its gradient, derived by hand. */
function reference(
  { x, a, b }: Record<'x' | 'a' | 'b', Float32Array>,
  rows: number,
  width: number,
  hidden: number,
): { y: Float64Array; gradient: Float64Array } {
  const before = multiply(x, a, rows, width, hidden);
  const gate = before.map((value) => 1 / (1 + Math.exp(-value)));
  const y = softmaxRows(
    multiply(
      before.map((value, i) => value * gate[i]!),
      b,
      rows,
      hidden,
      width,
    ),
    width,
  );
  const dLogits = new Float64Array(y.length);
  for (let row = 0; row < rows; row++) {
    const own = y.subarray(row * width, (row + 1) * width);
    const squares = own.reduce((sum, value) => sum + value * value, 0);
    own.forEach((value, i) => {
      dLogits[row * width + i] = 2 * value * (value - squares);
    });
  }
  const dAfter = multiply(dLogits, transposed(b, hidden, width), rows, width, hidden);
  const dBefore = dAfter.map((value, i) => value * gate[i]! * (1 + before[i]! * (1 - gate[i]!)));
  return { y, gradient: multiply(transposed(x, rows, width), dBefore, width, rows, hidden) };
}

async function matmulRate(runtime: Runtime): Promise<number> {
  const [m, k, n] = [1024, 512, 8192];
  const product = input('a', 'float32', [m, k]).matmul(input('b', 'float32', [k, n]));
  const program = await compile({ runtime, outputs: { y: product.slice(0, 0, 1).slice(1, 0, 1) } });
  const feeds = {
    a: runtime.tensor('float32', new Float32Array(m * k).fill(0.5), [m, k]),
    b: runtime.tensor('float32', new Float32Array(k * n).fill(0.5), [k, n]),
  };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    await program.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  await program.release();
  return (2 * m * k * n) / best / 1e6;
}
