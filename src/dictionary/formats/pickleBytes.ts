/** @file The arguments of pickle's operations: numbers, texts and names, read one after the other. */

/** Thrown where the bytes end early or say nonsense; whoever names the file turns it into a message. */
export class PickleFault extends Error {}

/** Reads the bytes of a pickle in order. */
export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #next(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw new PickleFault(`it ends at byte ${at}`);
    this.#at += count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#next(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#next(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#next(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#next(4), true);
  }

  /** Big-endian, as pickle has it. */
  f64(): number {
    return this.#view.getFloat64(this.#next(8), false);
  }

  skip(count: number): void {
    this.#next(count);
  }

  text(length: number): string {
    const at = this.#next(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  /** Up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new PickleFault('a name does not end');
    const text = this.text(end - this.#at);
    this.skip(1);
    return text;
  }

  /** A signed number of `length` bytes, the lowest first; those that float64 does not hold are refused. */
  long(length: number): number {
    if (length > 8) throw new PickleFault(`a number of ${length} bytes`);
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.u8()) << BigInt(8 * i);
    const signed = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(signed)) throw new PickleFault(`the number ${signed}`);
    return signed;
  }
}
