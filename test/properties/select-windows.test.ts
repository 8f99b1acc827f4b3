import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { selectWindows } from '../../pipelines/training/select-windows.ts';
import type { TrainingWindow } from '../../pipelines/training/training-windows.ts';

const lengthMs = 8;
/** Enough windows that neither part is ever too short, whatever is excluded. */
const windowsOf = (strideMs: number): TrainingWindow[] =>
  Array.from({ length: 1000 }, (_, index) => ({
    startMs: index * strideMs,
    endMs: index * strideMs + lengthMs,
    values: new Float64Array(0),
    mask: new Uint8Array(0),
  }));
const strideMs = fc.integer({ min: 1, max: lengthMs });
const ranges = fc.array(
  fc.record({ at: fc.nat({ max: 900 }), for: fc.integer({ min: 1, max: 40 }) }).map((range) => ({
    fromMs: range.at,
    toMs: range.at + range.for,
  })),
  { maxLength: 5 },
);
const holdoutShare = fc.double({ min: 0.1, max: 0.5, noNaN: true });

describe('training selection', () => {
  it('no row is in training and in the holdout, and the holdout is later', () => {
    fc.assert(
      fc.property(strideMs, ranges, holdoutShare, (stride, excluded, share) => {
        const { training, holdout } = selectWindows(windowsOf(stride), excluded, share);
        assert.ok(training.at(-1)!.endMs <= holdout[0]!.startMs);
      }),
    );
  });

  it('takes no window that touches an excluded range, and every other except those across the split', () => {
    fc.assert(
      fc.property(strideMs, ranges, holdoutShare, (stride, excluded, share) => {
        const windows = windowsOf(stride);
        const { training, holdout } = selectWindows(windows, excluded, share);
        const taken = new Set([...training, ...holdout]);
        for (const window of windows) {
          const touches = excluded.some(({ fromMs, toMs }) => window.startMs < toMs && fromMs < window.endMs);
          const isAcross = window.startMs < holdout[0]!.startMs && window.endMs > holdout[0]!.startMs;
          assert.equal(taken.has(window), !touches && !isAcross);
        }
      }),
    );
  });

  it('holds out about its share', () => {
    fc.assert(
      fc.property(strideMs, holdoutShare, (stride, share) => {
        assert.ok(Math.abs(selectWindows(windowsOf(stride), [], share).holdout.length - 1000 * share) <= 1);
      }),
    );
  });

  it('refuses too little by part, count and bound', () => {
    const few = windowsOf(lengthMs).slice(0, 20);
    assert.throws(() => selectWindows(few, [], 0.5), {
      code: 'CUPOLA_TRAINING_TOO_SHORT',
      message: /training: 10 .*at least 32/,
    });
    assert.throws(() => selectWindows(windowsOf(8), [{ fromMs: 0, toMs: 1e9 }], 0.2), {
      code: 'CUPOLA_TRAINING_TOO_SHORT',
    });
  });
});
