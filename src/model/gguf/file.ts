/** @file One GGUF file, its header read: what configs, weights and tokenizers are made from. */
import { badInput } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import type { ByteSource } from '../source.ts';
import { type GgufTensorInfo, readHeader } from './header.ts';
import { Metadata } from './metadata.ts';

export interface GgufFile {
  readonly source: ByteSource;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
  /** What the file calls its model's family; most keys of its metadata begin with it. */
  readonly architecture: string;
}

/** @throws TouchstoneError when the file is malformed, or holds something else than a whole model */
export async function openGgufFile(source: ByteSource): Promise<GgufFile> {
  const header = await readHeader(source);
  const metadata = new Metadata(source.name, header.metadata);
  const parts = metadata.count('split.count') ?? 1;
  if (parts > 1) metadata.refuse('split.count', '1', 'merge the parts (gguf-split --merge)');
  const kind = metadata.text('general.type') ?? 'model';
  if (kind !== 'model') metadata.refuse('general.type', '"model"');
  const architecture = metadata.text('general.architecture');
  if (architecture === undefined) return metadata.refuse('general.architecture', 'a text');
  return { source, metadata, tensors: header.tensors, architecture };
}

/** A tensor that must be there. */
export function tensorOf({ tensors, source }: GgufFile, name: string): GgufTensorInfo {
  return tensors.get(name) ?? badInput(`${source.name}: tensor ${show(name)} is missing`);
}

/** Reads the metadata below the architecture's name. */
export class Fields {
  readonly file: GgufFile;

  constructor(file: GgufFile) {
    this.file = file;
  }

  key(field: string): string {
    return `${this.file.architecture}.${field}`;
  }

  /** A size that must be there. */
  size(field: string): number {
    return this.optionalSize(field) ?? this.file.metadata.refuse(this.key(field), 'a whole number');
  }

  /** A size above zero; where it is zero or not there, undefined. */
  optionalSize(field: string): number | undefined {
    const key = this.key(field);
    const { metadata } = this.file;
    const value = metadata.raw(key);
    // Files may have one value for each layer, of which ours are all alike.
    const alike = Array.isArray(value) && value.every((each) => each === value[0]);
    if (!alike) return metadata.count(key) || undefined;
    const first: unknown = value[0];
    return Number.isSafeInteger(first) && Number(first) > 0
      ? Number(first)
      : metadata.refuse(key, 'whole numbers');
  }

  number(field: string): number | undefined {
    const value = this.file.metadata.number(this.key(field));
    return value === undefined ? undefined : shortest(value);
  }

  requiredNumber(field: string): number {
    return this.number(field) ?? this.file.metadata.refuse(this.key(field), 'a number');
  }

  text(field: string): string | undefined {
    return this.file.metadata.text(this.key(field));
  }

  flag(field: string): boolean | undefined {
    return this.file.metadata.flag(this.key(field));
  }
}

/** The number that a float32 was written for: 1e-5, where the float32 is 0.0000099999997. */
function shortest(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
