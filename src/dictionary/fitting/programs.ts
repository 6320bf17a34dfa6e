/** @file Programs of fits: products of blocks of rows. */
import { compile, type Program, type Runtime, type Tensor } from '../../tensor/index.ts';

/** Below this many columns a thread, ONNX Runtime cuts a product's sums in pieces that depend on the threads. */
const COLUMNS = 65;

/** A program on so few threads that products of at least `narrowest` columns do not depend on their number. */
export async function fittingProgram<Name extends string>(
  runtime: Runtime,
  outputs: Readonly<Record<Name, Tensor>>,
  narrowest: number,
): Promise<Program<Name>> {
  const threads = Math.min(runtime.threads, Math.max(1, Math.floor(narrowest / COLUMNS)));
  return compile({ runtime, outputs, session: { intraOpNumThreads: threads } });
}

/** Runs work with a program that is released afterwards. */
export async function withProgram<Name extends string, T>(
  opening: Promise<Program<Name>>,
  work: (program: Program<Name>) => Promise<T>,
): Promise<T> {
  const program = await opening;
  try {
    return await work(program);
  } finally {
    await program.release();
  }
}
