/**
 * @file PyTorch's files of tensors (`torch.save` of a state dict, PyTorch 1.6 and later): a zip archive of one pickle
 * and one entry for the numbers of each storage. Nothing in them is executed.
 */
import { DTYPE_BYTES, type Dtype, toFloat32 } from '../../model/dtype.ts';
import type { ByteSource } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { StoredTensor } from './npy.ts';
import { type Allowed, Name, readPickle } from './pickle.ts';
import { PickleFault } from './pickleBytes.ts';
import { Zip } from './zip.ts';

/** Element types of storages by the classes that PyTorch names. */
const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** The numbers that tensors are views of. */
class Storage {
  readonly dtype: Dtype;
  readonly key: string;

  constructor(dtype: Dtype, key: string) {
    this.dtype = dtype;
    this.key = key;
  }
}

/** A tensor as the pickle describes it: a strided view of a storage. */
class View {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown) {
    const sizes = (value: unknown): value is number[] =>
      Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
    const fits = storage instanceof Storage && sizes([offset]) && sizes(shape) && sizes(strides);
    if (!fits || shape.length !== strides.length) throw new PickleFault('a tensor is malformed');
    this.storage = storage;
    this.offset = Number(offset);
    this.shape = shape;
    this.strides = strides;
  }
}

const ALLOWED: Allowed = {
  calls: {
    'collections.OrderedDict': () => new Map(),
    'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) =>
      new View(storage, offset, shape, strides),
    'torch._utils._rebuild_parameter': ([tensor]) => tensor,
  },
  names: new Set(Object.keys(STORAGES)),
  outside: (id) => {
    const [kind, type, key] = Array.isArray(id) ? id : [];
    const dtype = type instanceof Name ? STORAGES[type.name] : undefined;
    if (kind !== 'storage' || !dtype || typeof key !== 'string') {
      throw new PickleFault('it refers to something that is no storage of numbers');
    }
    return new Storage(dtype, key);
  },
};

/** All tensors of a file by name, as float32. @throws TouchstoneError naming what is wrong, or not allowed */
export async function readTorchFile(source: ByteSource): Promise<Map<string, StoredTensor>> {
  const zip = await openArchive(source);
  const pickle = zip.names.find((name) => /(^|\/)data\.pkl$/.test(name));
  if (!pickle) badInput(`${source.name}: not a PyTorch file: it has no data.pkl`);
  const root = pickle.slice(0, -'data.pkl'.length);
  await checkOrder(zip, root, source);
  const views = viewsOf(await zip.read(pickle, { checksum: false }), `${source.name}: ${pickle}`);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, view] of views) {
    const bytes = await zip.read(`${root}data/${view.storage.key}`, { checksum: false });
    const fail = (what: string) => badInput(`${source.name}: tensor '${name}': ${what}`);
    tensors.set(name, { ...gathered(bytes, view, fail), dtype: view.storage.dtype });
  }
  return tensors;
}

async function openArchive(source: ByteSource): Promise<Zip> {
  const start = await source.slice(0, Math.min(2, source.byteLength));
  if (start[0] === 0x80) {
    badInput(
      `${source.name}: a PyTorch file from before version 1.6`,
      'load it in Python and save it again with a newer PyTorch',
    );
  }
  return Zip.open(source);
}

async function checkOrder(zip: Zip, root: string, source: ByteSource): Promise<void> {
  const name = `${root}byteorder`;
  if (!zip.names.includes(name)) return;
  const order = new TextDecoder().decode(await zip.read(name, { checksum: false }));
  if (order !== 'little')
    badInput(`${source.name}: its numbers are ${order}-endian`, 'save it on another machine');
}

/** The tensors of a state dict; numbers and texts beside them are left out. */
function viewsOf(pickle: Uint8Array, name: string): Map<string, View> {
  const table = tableIn(pickle, name);
  const views = new Map<string, View>();
  for (const [key, value] of table) {
    if (typeof key === 'string' && value instanceof View) views.set(key, value);
  }
  if (views.size === 0) badInput(`${name}: it has no tensors by name`, 'save a state dict');
  return views;
}

function tableIn(pickle: Uint8Array, name: string): ReadonlyMap<unknown, unknown> {
  try {
    const value = readPickle(pickle, ALLOWED);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof PickleFault)) throw error;
    badInput(`${name}: refused: ${error.message}`, 'only a state dict of plain tensors is read');
  }
  return badInput(`${name}: it holds no table of tensors`, 'save a state dict, not a whole module');
}

/** A view's numbers side by side. */
function gathered(
  bytes: Uint8Array,
  { storage, offset, shape, strides }: View,
  fail: (what: string) => never,
) {
  const count = Math.floor(bytes.length / DTYPE_BYTES[storage.dtype]);
  const size = shape.reduce((product, length) => product * length, 1);
  const last = shape.reduce((sum, length, i) => sum + (length - 1) * strides[i]!, offset);
  if (size > 0 && (last >= count || size > count)) {
    fail(`[${shape.join(', ')}] at ${offset} does not fit into ${count} numbers`);
  }
  const whole = bytes.subarray(0, count * DTYPE_BYTES[storage.dtype]);
  const values = toFloat32(storage.dtype, whole);
  const data = new Float32Array(size);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = offset; i < size; i++) {
    data[i] = values[at]!;
    at += advanced(index, shape, strides);
  }
  return { shape, data };
}

/** Moves an index to the next element in row order, and says how far that is. */
function advanced(index: number[], shape: readonly number[], strides: readonly number[]): number {
  let moved = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    moved += strides[axis]!;
    if (++index[axis]! < shape[axis]!) return moved;
    moved -= shape[axis]! * strides[axis]!;
    index[axis] = 0;
  }
  return moved;
}
