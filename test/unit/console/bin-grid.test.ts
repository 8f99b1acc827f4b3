import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { binGrid, binWidthMs, carryForward, sortIntoBins } from '../../../services/console/bin-grid.ts';

test('a grid covers its range with bins on multiples of their width', () => {
  const cases = fc.tuple(fc.nat(1e9), fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 100_000 }));
  fc.assert(
    fc.property(cases, ([fromMs, lengthMs, binMs]) => {
      const grid = binGrid(fromMs, fromMs + lengthMs, binMs);
      assert.equal(grid.fromMs % binMs, 0);
      assert.ok(grid.fromMs <= fromMs && fromMs < grid.fromMs + binMs);
      const endMs = grid.fromMs + grid.bins * binMs;
      assert.ok(endMs >= fromMs + lengthMs && endMs < fromMs + lengthMs + binMs);
    }),
  );
});

test('bins are whole intervals, as few as the points allow', () => {
  assert.equal(binWidthMs(3_600_000, 100, 10_000), 40_000);
  assert.equal(binWidthMs(1000, 800, 10_000), 10_000);
});

test('every point raises or lowers the bin that it falls in, and no other', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: -50, max: 50 })));
  fc.assert(
    fc.property(points, (pairs) => {
      const sorted = pairs.toSorted(([a], [b]) => a - b);
      const value = Float64Array.from(sorted, ([, one]) => one);
      const bins = sortIntoBins(
        { timeMs: Float64Array.from(sorted, ([at]) => at), min: value, max: value },
        binGrid(0, 1000, 100),
      );
      for (let bin = 0; bin < 10; bin++) {
        const inside = sorted.filter(([at]) => Math.floor(at / 100) === bin).map(([, one]) => one);
        assert.equal(bins.min[bin], inside.length === 0 ? NaN : Math.min(...inside));
        assert.equal(bins.max[bin], inside.length === 0 ? NaN : Math.max(...inside));
      }
    }),
  );
});

test('a point that covers time fills the bins that it covers', () => {
  const one = Float64Array.of(7);
  const { max } = sortIntoBins({ timeMs: Float64Array.of(250), min: one, max: one }, binGrid(0, 1000, 100), 300);
  assert.deepEqual([...max], [NaN, NaN, 7, 7, 7, NaN, NaN, NaN, NaN, NaN]);
});

test('a value is carried until it is stale, and never beyond what is settled', () => {
  const one = Float64Array.of(7);
  const bins = sortIntoBins({ timeMs: Float64Array.of(100), min: one, max: one }, binGrid(0, 1000, 100));
  carryForward(bins, 300, 1000);
  assert.deepEqual([...bins.max], [NaN, 7, 7, 7, 7, NaN, NaN, NaN, NaN, NaN]);
  const early = sortIntoBins({ timeMs: Float64Array.of(100), min: one, max: one }, binGrid(0, 1000, 100));
  carryForward(early, 300, 250);
  assert.deepEqual([...early.max], [NaN, 7, 7, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
});
