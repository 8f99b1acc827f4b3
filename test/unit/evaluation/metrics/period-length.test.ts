import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { periodLength } from '../../../../pipelines/evaluation/metrics/period-length.ts';
import { metricFixture } from './metric-fixture.ts';

interface PeriodCase {
  readonly name: string;
  readonly values: readonly number[];
  readonly periodRows: number;
}

describe('the period is the one that TSB-AD finds', () => {
  for (const { name, values, periodRows } of metricFixture('period-length') as PeriodCase[]) {
    test(`${name}: ${periodRows} rows`, () => assert.equal(periodLength(values), periodRows));
  }
});

test('a constant series has no period, whatever rounding makes of its mean', () => {
  assert.equal(periodLength(new Float64Array(20_001).fill(0.1)), 125);
  assert.equal(periodLength([]), 125);
});

function wave(rows: number, period: number): number[] {
  return Array.from({ length: rows }, (_, row) => Math.sin((2 * Math.PI * row) / period));
}

test('rows after the first 20,000 do not matter', () => {
  assert.equal(periodLength([...wave(20_000, 40), ...wave(20_000, 77)]), 40);
});
