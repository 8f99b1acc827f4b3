import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapInterval } from '../../../../pipelines/evaluation/metrics/bootstrap.ts';
import { metricFixture } from './metric-fixture.ts';

interface ScipyCase {
  readonly name: string;
  readonly found: readonly number[];
  readonly total: readonly number[];
  readonly confidence: number;
  readonly low: number;
  readonly high: number;
}

/** A pooled ratio, which is not the mean of ratios. */
const pooled = (sample: readonly (readonly [number, number])[]): number =>
  sample.reduce((sum, [found]) => sum + found, 0) / sample.reduce((sum, [, total]) => sum + total, 0);

const sum = (sample: readonly number[]): number => sample.reduce((total, one) => total + one, 0);

const intervalOfSum = (seed: number): unknown => bootstrapInterval([1, 2, 3, 4, 7], sum, { seed, resamples: 100 });

const fiveIfOne = (sample: readonly number[]): number | null => (sample.includes(1) ? 5 : null);

test('the interval of a pooled ratio is that of SciPy, as far as 20,000 random resamples agree', () => {
  for (const { name, found, total, confidence, low, high } of metricFixture('bootstrap') as ScipyCase[]) {
    const channels = found.map((one, i) => [one, total[i]!] as const);
    const interval = bootstrapInterval(channels, pooled, { seed: 1, resamples: 20_000, confidence })!;
    const apart = Math.max(Math.abs(interval.low - low), Math.abs(interval.high - high));
    assert.ok(apart < 0.02 * (high - low), `${name}: [${interval.low}, ${interval.high}], of SciPy [${low}, ${high}]`);
  }
});

test('one channel alone gives an interval of no width, the same seed the same interval', () => {
  assert.deepEqual(
    bootstrapInterval([7], ([one]) => one!, { seed: 1 }),
    { low: 7, high: 7, withoutFigure: 0 },
  );
  assert.deepEqual(intervalOfSum(3), intervalOfSum(3));
  assert.notDeepEqual(intervalOfSum(3), intervalOfSum(4));
});

test('resamples without a figure are counted and left out', () => {
  const { low, high, withoutFigure } = bootstrapInterval([0, 1], fiveIfOne, { seed: 1, resamples: 1000 })!;
  assert.deepEqual([low, high], [5, 5]);
  assert.ok(withoutFigure > 200 && withoutFigure < 300, String(withoutFigure));
  assert.equal(bootstrapInterval([0], fiveIfOne, { seed: 1 }), null);
});
