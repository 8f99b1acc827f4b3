import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';

/** A column to be written: numbers are null where there is none, times in ms since the epoch. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'time' | 'number' | 'whole' | 'text' | 'flag';
  readonly values: readonly (number | string | boolean | null)[];
}

const types = {
  time: 'TIMESTAMP',
  number: 'DOUBLE',
  whole: 'INT32',
  text: 'STRING',
  flag: 'BOOLEAN',
} as const;

/** A Parquet file of columns of equal length, compressed by Snappy; `about` is kept with it as key and value. */
export function parquetBytes(columns: readonly ParquetColumn[], about: Readonly<Record<string, string>>): Uint8Array {
  const columnData = columns.map(({ name, type, values }): ColumnSource => {
    const nullable = values.includes(null);
    return { name, type: types[type], nullable, data: type === 'time' ? values.map(timeOf) : [...values] };
  });
  const kvMetadata = Object.entries(about).map(([key, value]) => ({ key, value }));
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: 'cupola' }));
}

function timeOf(value: number | string | boolean | null): bigint | null {
  return typeof value === 'number' ? BigInt(Math.round(value)) : null;
}
