import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RowRange } from '../../../../pipelines/evaluation/datasets/row-range.ts';
import { aucPr } from '../../../../pipelines/evaluation/metrics/auc-pr.ts';
import { vusPr } from '../../../../pipelines/evaluation/metrics/vus-pr.ts';
import { SeededRandom } from '../../../../pipelines/random.ts';
import { isClose, metricFixture } from './metric-fixture.ts';

interface TsbAdCase {
  readonly name: string;
  readonly windowRows: number;
  readonly labelled: readonly RowRange[];
  readonly score: readonly number[];
  readonly vusPr: number;
  readonly aucPr: number;
}

function flagsOf(rows: number, labelled: readonly RowRange[]): Uint8Array {
  const flags = new Uint8Array(rows);
  for (const [first, last] of labelled) flags.fill(1, first, last + 1);
  return flags;
}

describe('VUS-PR and AUC-PR are those of TSB-AD', () => {
  for (const { name, windowRows, labelled, score, ...expected } of metricFixture('vus-pr') as TsbAdCase[]) {
    test(name, () => {
      const flags = flagsOf(score.length, labelled);
      const volume = vusPr(Float64Array.from(score), flags, windowRows);
      assert.ok(isClose(volume, expected.vusPr), `VUS-PR ${volume}, of TSB-AD ${expected.vusPr}`);
      const area = aucPr(Float64Array.from(score), flags);
      assert.ok(isClose(area, expected.aucPr), `AUC-PR ${area}, of TSB-AD ${expected.aucPr}`);
    });
  }
});

test('average precision of four rows by hand', () => {
  // Ranked 1, 0, 1, 0: recall 1/2 at precision 1, recall 1 at precision 2/3.
  assert.ok(isClose(aucPr(Float64Array.of(0.9, 0.8, 0.7, 0.1), [1, 0, 1, 0]), 1 / 2 + 1 / 3));
});

test('a buffer of two rows by hand: the rows beside a label count sqrt(1/2)', () => {
  // Of four rows, row 1 is labelled; ranked row 1, row 2, row 0, row 3. With no or one row of buffer the area is 1.
  // With two, w = sqrt(1/2): hits 1, 1 + w, 1 + 2w, 1 + 2w; recall reaches 1 with the first row, and stays.
  const score = Float64Array.of(0.3, 0.9, 0.8, 0.1);
  assert.ok(isClose(vusPr(score, [0, 1, 0, 0], 2), 1));
  // Ranked row 2 first: hits w, of 1 + w / 2; then 1 + w of 1 + w / 2, at precision (1 + w) / 2. Without a buffer: 1/2.
  const w = Math.SQRT1_2;
  const first = w / (1 + w / 2);
  const withBuffer = first * w + ((1 - first) * (1 + w)) / 2;
  const late = Float64Array.of(0.3, 0.8, 0.9, 0.1);
  assert.ok(isClose(vusPr(late, [0, 1, 0, 0], 2), (1 / 2 + 1 / 2 + withBuffer) / 3));
});

test('without a label there is no figure', () => {
  assert.equal(vusPr(Float64Array.of(1, 2, 3), [0, 0, 0], 10), null);
  assert.equal(aucPr(Float64Array.of(1, 2, 3), [0, 0, 0]), null);
});

test('30,000 rows with a window of 300 rows take less than two seconds', () => {
  const rows = 30_000;
  const random = new SeededRandom(1);
  const score = Float64Array.from({ length: rows }, () => random.uniform());
  const labelled = Array.from({ length: 50 }, (_, i): RowRange => [i * 600 + 100, i * 600 + 160]);
  const began = performance.now();
  const volume = vusPr(score, flagsOf(rows, labelled), 300);
  const took = performance.now() - began;
  assert.ok(volume !== null && volume > 0.1 && volume < 0.6, String(volume));
  assert.ok(took < 2000, `${took} ms`);
});
