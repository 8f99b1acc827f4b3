import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRecordedTable } from '../../../../pipelines/evaluation/datasets/recorded-table.ts';

const decode = (text: string, utcOffsetMs?: number): ReturnType<typeof decodeRecordedTable> =>
  decodeRecordedTable(new TextEncoder().encode(text), utcOffsetMs);

test('every form of time gives the same instant', () => {
  const times = [
    '2025-07-19T15:01:00Z',
    '2025-07-19T17:01:00+02:00',
    '2025-07-19T15:01:00',
    '2025-07-19 15:01:00',
    '2025-07-19 15:01',
    '1752937260',
    '1752937260.0',
    '1752937260000',
  ];
  const { timeMs, rejected } = decode(times.map((time) => `${time},1`).join('\n'));
  assert.deepEqual(rejected, []);
  assert.deepEqual(new Set(timeMs), new Set([Date.UTC(2025, 6, 19, 15, 1)]));
  assert.equal(timeMs.length, times.length);
});

test('only a time without a zone is moved by the offset from UTC', () => {
  const { timeMs } = decode('2025-01-01 01:00:00, 12\n2025-01-01T00:00:00Z,12\n1735689600,12', 3_600_000);
  assert.deepEqual(new Set(timeMs), new Set([Date.UTC(2025, 0, 1)]));
});

test('a header is skipped; without one the first line counts', () => {
  assert.deepEqual([...decode('timestamp,value\n10,1\n').values], [1]);
  assert.deepEqual([...decode('\uFEFF"time","km"\r\n"10","1"\r\n').values], [1]);
  assert.deepEqual([...decode('10,1\n20,2').values], [1, 2]);
});

test('a bad line is given back with its number and reason, byte for byte, and the good ones survive', () => {
  const { timeMs, values, rejected } = decode(
    [
      'time,value',
      '10,1',
      '',
      'yesterday,2',
      '30',
      '40,NaN',
      '50,',
      '60,6,6',
      '2025-02-30 00:00:00,7',
      '80,1e999',
      '90,9',
    ].join('\n'),
  );
  assert.deepEqual([...timeMs], [10_000, 90_000]);
  assert.deepEqual([...values], [1, 9]);
  assert.deepEqual(
    rejected.map(({ position, reason, beforeRow }) => [position, reason, beforeRow]),
    [
      ['line 4', 'undecodable', 1],
      ['line 5', 'missing-field', 1],
      ['line 6', 'not-a-number', 1],
      ['line 7', 'missing-field', 1],
      ['line 8', 'undecodable', 1],
      ['line 9', 'undecodable', 1],
      ['line 10', 'not-a-number', 1],
    ],
  );
  assert.equal(new TextDecoder().decode(rejected[0]!.bytes), 'yesterday,2');
  assert.match(rejected[0]!.detail, /^time is "yesterday", must be ISO 8601/);
});

test('bytes that are no text are kept as they are', () => {
  const { rejected } = decodeRecordedTable(Uint8Array.of(0x31, 0x2c, 0x31, 0x0a, 0xff, 0x00, 0x0a));
  assert.deepEqual([...rejected[0]!.bytes], [0xff, 0x00]);
});

test('a first line that is half a row is no header', () => {
  assert.equal(decode('time,5\n10,1').rejected[0]!.position, 'line 1');
});

test('a header names as many columns as there are, and one of them may hold labels', () => {
  const { columns, values, labels, rejected } = decode(
    ['time,inlet,label,outlet', '10,1,0,2', '20,3,1,4', '30,5,1,', '40,6,2,7', '50,8,0', '60,9,0,9,9', '70,1,0,1'].join(
      '\n',
    ),
  );
  assert.deepEqual(columns, ['inlet', 'outlet']);
  assert.deepEqual([...values], [1, 2, 3, 4, 1, 1]);
  assert.deepEqual([...labels], [0, 1, 0]);
  assert.deepEqual(
    rejected.map(({ position, detail }) => `${position}: ${detail}`),
    [
      'line 4: outlet is "", must be a finite number',
      'line 5: label is "2", must be 0 or 1',
      'line 6: outlet is missing, must be a finite number',
      'line 7: line is "5 fields", must be 4, as the header has',
    ],
  );
});
