/** @file Arrays as NumPy saves them: `.npy`, and `.npz`, a zip archive of them (NumPy's NEP 1). */
import { DTYPE_BYTES, type Dtype, toFloat32 } from '../../model/dtype.ts';
import type { ByteSource, NamedTensor } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { Zip } from './zip.ts';

const MAGIC = '\x93NUMPY';

/** Element types by NumPy's descriptions. */
const DTYPES: Readonly<Record<string, Dtype>> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '|b1': 'BOOL',
  '|i1': 'I8',
  '|u1': 'U8',
  '<i2': 'I16',
  '<u2': 'U16',
  '<i4': 'I32',
  '<u4': 'U32',
  '<i8': 'I64',
  '<u8': 'U64',
};

/** An array in memory, and the type that it has in the file. */
export interface StoredTensor extends NamedTensor {
  readonly dtype: Dtype;
}

/** All arrays of an archive, by name. @throws TouchstoneError naming the entry that is broken */
export async function readNpz(source: ByteSource): Promise<Map<string, StoredTensor>> {
  const zip = await Zip.open(source);
  const arrays = new Map<string, StoredTensor>();
  for (const name of zip.names) {
    const fail = (what: string) => badInput(`${source.name}: ${name}: ${what}`);
    arrays.set(name.replace(/\.npy$/, ''), arrayOf(await zip.read(name), fail));
  }
  return arrays;
}

type Fail = (what: string) => never;

function arrayOf(bytes: Uint8Array, fail: Fail): StoredTensor {
  const { text, end } = headerOf(bytes, fail);
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const dtype = descr === undefined ? undefined : DTYPES[descr];
  if (!dtype) {
    fail(
      `elements of type ${descr ?? 'unknown'}; expected one of ${Object.keys(DTYPES).join(', ')}`,
    );
  }
  const shape = shapeIn(text, fail);
  const size = shape.reduce((product, length) => product * length, 1);
  const expected = size * DTYPE_BYTES[dtype];
  const data = bytes.subarray(end);
  if (data.length !== expected) {
    fail(`${data.length} bytes for shape [${shape.join(', ')}]; expected ${expected}`);
  }
  const values = toFloat32(dtype, data);
  const columns = /'fortran_order':\s*True/.test(text);
  return { dtype, shape, data: columns ? inRows(values, shape, fail) : values };
}

function headerOf(bytes: Uint8Array, fail: Fail): { text: string; end: number } {
  const latin = (part: Uint8Array) => String.fromCharCode(...part);
  if (bytes.length < 12 || latin(bytes.subarray(0, 6)) !== MAGIC) fail('not a NumPy array');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6]! > 1;
  const start = long ? 12 : 10;
  const end = start + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length || end > 65_536) fail('its header is cut off');
  return { text: latin(bytes.subarray(start, end)), end };
}

function shapeIn(text: string, fail: Fail): number[] {
  const listed = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (listed === undefined) fail('its header has no shape');
  const sizes = listed.split(',').map((size) => size.trim());
  return sizes.filter((size) => size !== '').map(Number);
}

/** A matrix that lies column by column, row by row. */
function inRows(values: Float32Array, shape: readonly number[], fail: Fail): Float32Array {
  if (shape.length < 2) return values;
  if (shape.length > 2) fail(`an array of ${shape.length} dimensions by columns; expected 2`);
  const [rows, columns] = shape as [number, number];
  return Float32Array.from(
    values,
    (_, i) => values[(i % columns) * rows + Math.floor(i / columns)]!,
  );
}
