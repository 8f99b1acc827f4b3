import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ExportTable, TableColumn } from '../../../services/console/export/export-table.ts';
import { tableBytes } from '../../../services/host/export/table-bytes.ts';

const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null, freq: 4 });
const rowArbitrary = fc.record({
  time: fc.integer({ min: -1e12, max: 4e12 }),
  number,
  whole: fc.integer({ min: -1000, max: 1_000_000 }),
  text: fc.string(),
  flag: fc.boolean(),
});

type Row = { time: number; number: number | null; whole: number; text: string; flag: boolean };

function tableOf(rows: readonly Row[]): ExportTable {
  const columns = (['time', 'number', 'whole', 'text', 'flag'] as const).map(
    (type) => ({ name: `a "${type}", named`, type, values: rows.map((row) => row[type]) }) as TableColumn,
  );
  return { stream: 'pump', kind: 'scores', rows: rows.length, columns };
}

const named = (row: Row, timeOf: (timeMs: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([type, value]) => [`a "${type}", named`, type === 'time' ? timeOf(row.time) : value]),
  );

async function readBack(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return (await parquetReadObjects({ file: bytes.slice().buffer })) as Record<string, unknown>[];
}

describe('a table taken away', () => {
  it('as Parquet is read back by another library as it was: numbers to the bit, times as times, nothing as null', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { minLength: 1, maxLength: 40 }), async (rows) => {
        const bytes = await tableBytes(tableOf(rows), 'parquet');
        assert.deepEqual(
          await readBack(bytes),
          rows.map((row) => named(row, (timeMs) => new Date(timeMs))),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('as Parquet says of which stream it is, and can be longer than a group of rows', async () => {
    const row = { time: 1, number: 0.5, whole: 7, text: 'x', flag: true };
    const bytes = await tableBytes(tableOf(Array.from({ length: 2500 }, (_, whole) => ({ ...row, whole }))), 'parquet');
    const { key_value_metadata: about, row_groups: groups } = parquetMetadata(bytes.slice().buffer);
    assert.ok(about!.some(({ key, value }) => key === 'cupola.stream' && value === 'pump'));
    assert.ok(groups.length > 1);
    const read = await readBack(bytes);
    assert.deepEqual([read.length, read[2499]!['a "whole", named']], [2500, 2499]);
  });

  it('as Parquet may be empty', async () => {
    assert.deepEqual(await readBack(await tableBytes(tableOf([]), 'parquet')), []);
  });

  it('as JSON is one array of objects, with times in UTC', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowArbitrary, { maxLength: 20 }), async (rows) => {
        const text = new TextDecoder().decode(await tableBytes(tableOf(rows), 'json'));
        const wanted = rows.map((row) => named(row, (timeMs) => new Date(timeMs).toISOString()));
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(wanted)));
      }),
    );
  });

  it('as CSV quotes what would be taken for more than one cell, and leaves out what is not there', async () => {
    const row = { time: Date.UTC(2026, 0, 5), number: null, whole: 7, text: 'one, "two"\nthree', flag: false };
    const text = new TextDecoder().decode(await tableBytes(tableOf([row]), 'csv'));
    const [heading, ...rest] = text.split('\n');
    assert.equal(heading!.startsWith('"a ""time"", named",'), true);
    assert.equal(rest.join('\n'), '2026-01-05T00:00:00.000Z,,7,"one, ""two""\nthree",false\n');
  });
});
