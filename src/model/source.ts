/** @file The port through which file formats read bytes: a file, a buffer, or a range request. */

/** Random access to a fixed run of bytes. */
export interface ByteSource {
  /** What messages call it: a path or a URL. */
  readonly name: string;
  /** Size in bytes. */
  readonly byteLength: number;
  /** The bytes `start <= i < end`; the caller keeps `0 <= start <= end <= byteLength`. */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** A source over bytes in memory; slices are views, not copies. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    slice: async (start, end) => bytes.subarray(start, end),
  };
}
