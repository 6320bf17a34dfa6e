/** @file Which centre is nearest to each row. */
import { input, type Program, type Runtime } from '../../tensor/index.ts';
import { type Rows, rowCount, rowsTensor } from '../kind.ts';
import { fittingProgram } from './programs.ts';
import { blocks } from './rows.ts';

/** Finds nearest centres. Holds native memory: release it. */
export class Assigner {
  readonly #program: Program<'labels'>;
  readonly #runtime: Runtime;

  private constructor(program: Program<'labels'>, runtime: Runtime) {
    this.#program = program;
    this.#runtime = runtime;
  }

  /** For `count` centres of a width. */
  static async open(runtime: Runtime, width: number, count: number): Promise<Assigner> {
    const x = input('x', 'float32', ['n', width]);
    const centres = input('centres', 'float32', [count, width]);
    const bias = input('bias', 'float32', [count]);
    const scores = x.matmul(centres, { transposeB: true }).add(bias);
    const labels = scores.argmax().cast('int32');
    return new Assigner(await fittingProgram(runtime, { labels }, count), runtime);
  }

  /** Number of the nearest of the centres [count, width] for each row; ties go to the lowest. */
  async labels(rows: Rows, centres: Float64Array): Promise<Int32Array> {
    const { width } = rows;
    const count = centres.length / width;
    const feeds = {
      centres: this.#runtime.tensor('float32', Float32Array.from(centres), [count, width]),
      bias: this.#runtime.tensor('float32', halfSquares(centres, width), [count]),
    };
    const out = new Int32Array(rowCount(rows));
    for (const block of blocks(rows)) {
      const { labels } = await this.#program.run({
        ...feeds,
        x: rowsTensor(this.#runtime, block),
      });
      out.set(labels.data as Int32Array, block.first);
    }
    return out;
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}

/**
 * -|c|^2 / 2 of each centre: the nearest centre of x is the one with the largest x c - |c|^2 / 2. All the
 * same for centres of norm 1, where the nearest is the one with the largest cosine.
 */
export function halfSquares(centres: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(centres.length / width);
  for (let centre = 0; centre < out.length; centre++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += centres[centre * width + i]! ** 2;
    out[centre] = -sum / 2;
  }
  return out;
}
