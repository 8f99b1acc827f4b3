import { CupolaError } from '../errors.ts';

/** What a column of numbers can be stored as. */
export type TypedArray = Uint16Array | Uint32Array | Float32Array | Float64Array;

/** The constructor of such an array. */
export interface ColumnType<T extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the binary forms of records, little-endian, and trusts no byte of them: whatever is cut short or out of bounds
 * throws CUPOLA_TELEMETRY_UNDECODABLE naming byte, field, value and bound, before anything is allocated for it.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Byte offset of what is read next. */
  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  uint8(field: string): number {
    return this.#view.getUint8(this.#take(field, 1));
  }

  uint16(field: string): number {
    return this.#view.getUint16(this.#take(field, 2), true);
  }

  uint32(field: string): number {
    return this.#view.getUint32(this.#take(field, 4), true);
  }

  float64(field: string): number {
    return this.#view.getFloat64(this.#take(field, 8), true);
  }

  /** Refuses NaN and infinities. */
  finite(field: string): number {
    const at = this.#position;
    const value = this.float64(field);
    return Number.isFinite(value) ? value : this.fail(at, field, value, 'finite');
  }

  /** Refuses any other byte than the one that must stand here. */
  expect(field: string, expected: number): void {
    const at = this.#position;
    const byte = this.uint8(field);
    if (byte !== expected) this.fail(at, field, byte, String(expected));
  }

  /** UTF-8, behind its length in bytes (Uint16). */
  text(field: string): string {
    const byteLength = this.uint16(`length of ${field}`);
    const at = this.#take(field, byteLength);
    const bytes = this.#bytes.subarray(at, at + byteLength);
    try {
      return decoder.decode(bytes);
    } catch {
      return this.fail(at, field, `[${bytes.subarray(0, 16).join(' ')}]`, 'valid UTF-8');
    }
  }

  /**
   * A column as ByteWriter.column wrote it: a view of the record's own bytes where they lie aligned in memory, a copy
   * otherwise.
   */
  column<T extends TypedArray>(field: string, type: ColumnType<T>, length: number): T {
    this.#take(`padding before ${field}`, -this.#position & 7);
    const byteLength = length * type.BYTES_PER_ELEMENT;
    const at = this.#take(field, byteLength);
    const start = this.#bytes.byteOffset + at;
    if (start % type.BYTES_PER_ELEMENT === 0) return new type(this.#bytes.buffer, start, length);
    const copy = new type(length);
    new Uint8Array(copy.buffer).set(this.#bytes.subarray(at, at + byteLength));
    return copy;
  }

  /** Refuses bytes after the last field. */
  end(): void {
    const left = this.#bytes.length - this.#position;
    if (left > 0) this.fail(this.#position, 'length', `${left} more bytes`, 'the end of the record');
  }

  /** Refuses a value that was read at byte `at`. */
  fail(at: number, field: string, value: unknown, bound: string): never {
    throw new CupolaError(
      'CUPOLA_TELEMETRY_UNDECODABLE',
      `byte ${at}: ${field} is ${String(value)}, must be ${bound}`,
      {
        field,
        value,
        bound,
        position: at,
      },
    );
  }

  /** Moves past `byteLength` bytes and returns where they start. */
  #take(field: string, byteLength: number): number {
    const at = this.#position;
    const left = this.#bytes.length - at;
    if (byteLength > left) this.fail(at, field, `${byteLength} bytes long`, `at most the ${left} bytes that are left`);
    this.#position = at + byteLength;
    return at;
  }
}
