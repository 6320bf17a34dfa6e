/** @file Every operation against the plain reference and finite differences, over random shapes and broadcasts. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import { formatShape, input, Tensor } from '../../src/tensor/index.ts';
import { type Case, Draw } from './case.ts';
import { ELEMENTWISE } from './cases/elementwise.ts';
import { INDEXING } from './cases/indexing.ts';
import { MOVEMENT } from './cases/movement.ts';
import { REDUCTION } from './cases/reduction.ts';
import { TRANSFORMER } from './cases/transformer.ts';
import { checkSample, differentiated } from './check.ts';

const SAMPLES = 24;
const CASES = [...ELEMENTWISE, ...REDUCTION, ...MOVEMENT, ...INDEXING, ...TRANSFORMER];
const runtime = nodeRuntime({ threads: 1 });

/** Exported by the operations' files, but no operations on tensors; inputs and constants are tested apart. */
const HELPERS = [
  'constant',
  'extent',
  'input',
  'inputName',
  'reduceTo',
  'unary',
  'writeProduct',
  'zerosLike',
];

async function operationNames(): Promise<string[]> {
  const folder = new URL('../../src/tensor/operations/', import.meta.url);
  const modules = await Promise.all(
    readdirSync(folder).map(
      (file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>,
    ),
  );
  const functions = modules.flatMap((module) =>
    Object.keys(module).filter((name) => typeof module[name] === 'function'),
  );
  return functions.filter((name) => !HELPERS.includes(name));
}

test('every operation and every method of a tensor has a test case', async () => {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype));
  const methods = properties.filter(
    ([name, { value }]) =>
      typeof value === 'function' && !['constructor', 'toString'].includes(name),
  );
  const names = new Set([...(await operationNames()), ...methods.map(([name]) => name)]);
  expect(CASES.map(({ name }) => name).sort()).toEqual([...names].sort());
});

describe.each(CASES)('$name', (operation: Case) => {
  test('equals the plain reference, and its derivatives finite differences', async () => {
    let run = 0;
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const sample = operation.draw(new Draw(g));
      const symbolic = operation.symbolic !== false && run++ % 2 === 1;
      await checkSample(
        runtime,
        sample,
        differentiated(sample, operation.differentiable),
        symbolic,
      );
    });
    await fc.assert(property, { numRuns: SAMPLES, seed: 20260, endOnFailure: true });
  });

  if (operation.wrong.length === 0) return;
  test('names itself and all shapes where its operands do not fit', () => {
    for (const { operands, build } of operation.wrong) {
      const tensors = operands.map(([dtype, ...shape], i) => input(`x${i}`, dtype, shape));
      const message = messageOf(() => build(...(tensors as Parameters<typeof build>)));
      expect(message).toMatch(new RegExp(`^${operation.name}: `));
      for (const { shape } of tensors) expect(message).toContain(formatShape(shape));
    }
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
