import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { unitActivity, type CodedWindow } from '../../../pipelines/training/activating-windows.ts';

const windowsOf = (activations: readonly number[]): CodedWindow[] =>
  activations.map((value, index) => ({ startMs: index * 10, endMs: index * 10 + 25, code: Float32Array.of(value, 1) }));

test('the windows named are those farthest from the median, either way', () => {
  const { farthest, median } = unitActivity(windowsOf([0, 0, 0, 9, 8, 0, 0, 0, -7, 0, 0]), 2)[0]!;
  assert.deepEqual([median, farthest], [0, [3, 8]], '4 overlaps 3');
});

test('no two named windows overlap, and any that is left out overlaps one named before it or is nearer', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (activations) => {
        const windows = windowsOf(activations);
        const { farthest, median } = unitActivity(windows, 3)[0]!;
        const distances = farthest.map((index) => Math.abs(windows[index]!.code[0]! - median));
        assert.deepEqual(
          distances,
          distances.toSorted((a, b) => b - a),
        );
        for (const [place, index] of farthest.entries())
          for (const other of farthest.slice(0, place)) assert.ok(Math.abs(index - other) >= 3);
        windows.forEach(({ code }, index) => {
          const nearest = farthest.some((other) => Math.abs(index - other) < 3);
          if (!nearest && farthest.length === 3)
            assert.ok(Math.abs(code[0]! - median) <= distances.at(-1)!, `${index} of ${activations.join(' ')}`);
        });
      },
    ),
  );
});
