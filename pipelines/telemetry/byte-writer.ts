import type { ColumnType, TypedArray } from './byte-reader.ts';
import { unencodable } from './unencodable.ts';

const encoder = new TextEncoder();

/** UTF-8 for ByteWriter.text. Errors: CUPOLA_RECORD_UNENCODABLE where it is longer than 65535 bytes or not Unicode. */
export function utf8(field: string, text: string): Uint8Array {
  if (!text.isWellFormed()) unencodable(field, text, 'well-formed Unicode');
  const bytes = encoder.encode(text);
  if (bytes.length > 0xffff) unencodable(field, `${bytes.length} bytes long`, 'at most 65535 bytes of UTF-8');
  return bytes;
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

  /** Where `capacity` (bytes) is enough for what will be written, nothing is copied. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  uint8(value: number): void {
    const at = this.#advance(1);
    this.#view.setUint8(at, value);
  }

  uint16(value: number): void {
    const at = this.#advance(2);
    this.#view.setUint16(at, value, true);
  }

  uint32(value: number): void {
    const at = this.#advance(4);
    this.#view.setUint32(at, value, true);
  }

  float64(value: number): void {
    const at = this.#advance(8);
    this.#view.setFloat64(at, value, true);
  }

  /** What utf8() made, behind its length in bytes (Uint16). */
  text(encoded: Uint8Array): void {
    this.uint16(encoded.length);
    const at = this.#advance(encoded.length);
    this.#bytes.set(encoded, at);
  }

  /** Makes room for a column and returns it, zeroed, to be filled before anything else is written. */
  column<T extends TypedArray>(type: ColumnType<T>, length: number): T {
    this.#advance(-this.#position & 7);
    const at = this.#advance(length * type.BYTES_PER_ELEMENT);
    return new type(this.#bytes.buffer, at, length);
  }

  /** What was written: a view, if less than the capacity. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#position);
  }

  /** Moves past `byteLength` bytes and returns where they start; `#view` and `#bytes` may be others afterwards. */
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
