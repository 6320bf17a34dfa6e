/** @file Dictionaries that Python libraries wrote, with what they make of some rows (test/fixtures/dictionaries). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Dictionary, kindOf, type Rows } from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { random } from './kindGraph.ts';

export const runtime = nodeRuntime({ threads: 1 });

const FOLDER = new URL('../fixtures/dictionaries/', import.meta.url);

/** What make.py keeps of one dictionary. */
export interface Case {
  readonly x: number[][];
  readonly latents: number[][];
  readonly reconstruction: number[][];
  /** The factor of activations that the library folded. */
  readonly factor?: number;
  readonly densities?: number[];
}

export const CASES: Readonly<Record<string, Case>> = JSON.parse(
  readFileSync(new URL('values.json', FOLDER), 'utf8'),
).values;

export function pathOf(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

export function rowsOf(matrix: readonly (readonly number[])[]): Rows {
  return { data: Float32Array.from(matrix.flat()), width: matrix[0]!.length };
}

/** A dictionary of random weights: 5 latents of activations of width 6. */
export function madeUp(architecture: string, fields: Record<string, unknown> = {}): Dictionary {
  const sizes = { d_in: 6, d_sae: 5, hook_name: 'blocks.0.hook_mlp_out', model_name: 'gpt2' };
  const d_out = architecture.endsWith('transcoder') ? { d_out: 4 } : {};
  const k = /topk/.test(architecture) ? { k: 2 } : {};
  const steps = architecture === 'nmf' ? { encode_iterations: 20 } : {};
  const config = { architecture, ...sizes, ...k, ...d_out, ...steps, ...fields };
  const tensors = Object.entries(kindOf(architecture).shapes(config)).map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from(random(3, name, 1, size)[0]!, (value) => 0.5 * value);
    return [name, { shape, data: name === 'threshold' ? data.map(Math.abs) : data }] as const;
  });
  return new Dictionary(config, new Map(tensors), runtime);
}
