import type { ColumnType, TypedArray } from './byte-reader.ts';

const encoder = new TextEncoder();

/** Encodes a text that a ByteReader reads back with `text(field, bytes.length)`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Writes the binary forms of records, little-endian, growing as needed.
 *
 * Columns start at multiples of 8 bytes, so that a reader can view them in place. Typed arrays are copied as they lie in
 * memory: every platform that Node's releases support is little-endian, but for s390x and AIX, where Cupola does not run.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #position = 0;

  /** Where `capacity` (bytes) is what will be written, nothing is copied. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  uint8(value: number): void {
    this.#view.setUint8(this.#advance(1), value);
  }

  uint16(value: number): void {
    this.#view.setUint16(this.#advance(2), value, true);
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#advance(4), value, true);
  }

  float64(value: number): void {
    this.#view.setFloat64(this.#advance(8), value, true);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Makes room for a column and returns it, zeroed, to be filled before anything else is written. */
  column<T extends TypedArray>(type: ColumnType<T>, length: number): T {
    this.#advance(-this.#position & 7);
    const at = this.#advance(length * type.BYTES_PER_ELEMENT);
    return new type(this.#bytes.buffer, at, length);
  }

  /** What was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#position === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#position);
  }

  /** Moves past `byteLength` bytes and returns where they start. */
  #advance(byteLength: number): number {
    const at = this.#position;
    this.#position = at + byteLength;
    if (this.#position > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const grown = new Uint8Array(Math.max(this.#position, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
