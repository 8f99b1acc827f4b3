import { invalidDataset } from './invalid-dataset.ts';

/** An array of one or two dimensions, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array | Uint8Array;
}

/** Element types by NumPy's name: bytes an element, and how to read them (aligned, in the machine's little-endian order). */
const elementTypes = {
  '<f8': { bytes: 8, read: (buffer: ArrayBuffer) => new Float64Array(buffer) },
  '<f4': { bytes: 4, read: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  '<i4': { bytes: 4, read: (buffer: ArrayBuffer) => new Int32Array(buffer) },
  '<i8': { bytes: 8, read: (buffer: ArrayBuffer) => wholeNumbers(new BigInt64Array(buffer)) },
  '|u1': { bytes: 1, read: (buffer: ArrayBuffer) => new Uint8Array(buffer) },
} as const;

type ElementType = keyof typeof elementTypes;

const magic = '\u0093NUMPY';

/**
 * Decodes NumPy's .npy format, versions 1 and 2: float64, float32, int32, int64 and uint8, little-endian, in C or Fortran
 * order, of one or two dimensions. `field` names the file in errors.
 *
 * Errors: CUPOLA_DATASET_INVALID for everything else.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function decodeNpy(bytes: Uint8Array, field: string): NpyArray {
  const { header, dataAt } = readHeader(bytes, field);
  const element = parseElementType(header, field);
  const shape = parseShape(header, field);
  const elements = shape.reduce((product, size) => product * size, 1);
  const { bytes: elementBytes, read } = elementTypes[element];
  const dataBytes = bytes.length - dataAt;
  if (dataBytes !== elements * elementBytes)
    invalidDataset(
      `${field} data`,
      `${dataBytes} bytes long`,
      `${elements * elementBytes} bytes for shape ${shape.join(' x ')}`,
    );
  const data = read(new Uint8Array(bytes.subarray(dataAt)).buffer);
  return { shape, data: isFortranOrder(header, field) ? rowMajor(data, shape) : data };
}

/** An array of two dimensions, row-major. */
export interface NpyMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: NpyArray['data'];
}

/** A .npy array of two dimensions, or CUPOLA_DATASET_INVALID. */
export function decodeNpyMatrix(bytes: Uint8Array, field: string): NpyMatrix {
  const { shape, data } = decodeNpy(bytes, field);
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined)
    invalidDataset(`${field} shape`, `(${shape.join(', ')})`, '(rows, columns)');
  return { rows, columns, data };
}

function readHeader(bytes: Uint8Array, field: string): { header: string; dataAt: number } {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  if (start !== magic) invalidDataset(`${field} magic`, JSON.stringify(start), JSON.stringify(magic));
  const version = bytes[6];
  if (version !== 1 && version !== 2) invalidDataset(`${field} version`, version, '1 or 2');
  const headerAt = version === 1 ? 10 : 12;
  if (bytes.length < headerAt) invalidDataset(field, `${bytes.length} bytes long`, `at least ${headerAt} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataAt = headerAt + headerBytes;
  if (dataAt > bytes.length)
    invalidDataset(`${field} header length`, headerBytes, `at most ${bytes.length - headerAt}, the bytes left`);
  return { header: new TextDecoder('latin1').decode(bytes.subarray(headerAt, dataAt)), dataAt };
}

function parseElementType(header: string, field: string): ElementType {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const known = Object.keys(elementTypes).find((type) => type === descr);
  return (
    (known as ElementType | undefined) ??
    invalidDataset(`${field} descr`, descr, `one of ${Object.keys(elementTypes).join(', ')}`)
  );
}

function parseShape(header: string, field: string): number[] {
  const text = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const shape = (text ?? '').split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  if (shape.length < 1 || shape.length > 2 || shape.includes(0))
    invalidDataset(`${field} shape`, `(${text})`, 'of one or two dimensions, none of them 0');
  return shape;
}

function isFortranOrder(header: string, field: string): boolean {
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  return order === undefined ? invalidDataset(`${field} fortran_order`, order, 'True or False') : order === 'True';
}

function rowMajor(columnMajor: NpyArray['data'], [rows, columns]: readonly number[]): NpyArray['data'] {
  if (columns === undefined) return columnMajor;
  const data = columnMajor.slice();
  for (let column = 0, from = 0; column < columns; column++)
    for (let row = 0; row < rows!; row++) data[row * columns + column] = columnMajor[from++]!;
  return data;
}

function wholeNumbers(values: BigInt64Array): Float64Array {
  return Float64Array.from(values, (value) => {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : invalidDataset('int64 element', value, 'within +-(2^53 - 1)');
  });
}
