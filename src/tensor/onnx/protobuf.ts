/** @file The few lines of protocol-buffer encoding that an ONNX file needs: varints, fixed32, length-delimited fields. */

const utf8 = new TextEncoder();

/** Builds one protobuf message as a list of byte chunks. */
export class Message {
  readonly chunks: Uint8Array[] = [];
  byteLength = 0;

  /** An integer field; negative numbers are encoded as 64-bit two's complement. */
  integer(field: number, value: number | bigint): this {
    return this.#push(varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value))));
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint((BigInt(field) << 3n) | 5n), bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(header(field, value.byteLength), value);
  }

  message(field: number, value: Message): this {
    this.#push(header(field, value.byteLength));
    // Not spread into one call: a whole graph has more chunks than a call can have arguments.
    for (const chunk of value.chunks) this.#push(chunk);
    return this;
  }

  /** The encoded message in one piece. */
  encode(): Uint8Array {
    const out = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const chunk of this.chunks) {
      out.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return out;
  }

  #push(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.byteLength += chunk.byteLength;
    }
    return this;
  }
}

function header(field: number, byteLength: number): Uint8Array {
  return Uint8Array.from([...varint((BigInt(field) << 3n) | 2n), ...varint(BigInt(byteLength))]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 0x7fn ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
