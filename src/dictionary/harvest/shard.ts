/** @file One shard of captured activations: a safetensors file with a matrix for each hook point, and labels. */
import {
  encodeSafetensors,
  type IntegerTensor,
  loadIntegers,
  loadTensor,
  type NamedTensor,
  readSafetensors,
  withFile,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { LABELS } from './reader.ts';
import type { Column, Table } from './table.ts';

/** Element types that activations are written in. */
export const CAPTURE_TYPES = ['f32', 'f16'] as const;
export type CaptureType = (typeof CAPTURE_TYPES)[number];

/** Name of a shard's file. */
export function shardName(number: number): string {
  return `shard-${String(number).padStart(5, '0')}.safetensors`;
}

/**
 * The bytes of a shard, in pieces.
 *
 * @throws TouchstoneError where an activation is not finite, or too large for f16
 */
export function encodeShard(table: Table, type: CaptureType): Uint8Array[] {
  const tensors = new Map<string, NamedTensor | IntegerTensor>();
  for (const [name, { data, width }] of table) {
    if (data instanceof Float32Array) {
      checkRange(name, data, type);
      tensors.set(name, { shape: [data.length / width, width], data });
    } else tensors.set(name, { shape: [data.length], data });
  }
  return encodeSafetensors(tensors, {}, type === 'f16' ? 'F16' : 'F32');
}

/** From here on float16 rounds to infinity. */
const HALF_END = 65_520;

function checkRange(hook: string, data: Float32Array, type: CaptureType): void {
  const end = type === 'f16' ? HALF_END : Number.POSITIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    if (Math.abs(data[i]!) < end) continue;
    badInput(
      `an activation of ${hook} is ${data[i]}, which ${type} does not hold`,
      type === 'f16' ? 'capture with --dtype f32' : 'look for what makes the model overflow',
    );
  }
}

/**
 * Reads some columns of a shard: hook points as float32, labels as int32.
 *
 * @throws TouchstoneError where the file is no such shard
 */
export async function readShard(path: string, names: readonly string[]): Promise<Table> {
  return withFile(path, async (source) => {
    const { tensors } = await readSafetensors(source);
    const table = new Map<string, Column>();
    for (const name of names) {
      const info = tensors.get(name) ?? badInput(`${path} has no '${name}'`);
      const label = (LABELS as readonly string[]).includes(name);
      const data = label ? await loadIntegers(source, info) : await loadTensor(source, info);
      table.set(name, { data, width: info.shape[1] ?? 1 });
    }
    return table;
  });
}
