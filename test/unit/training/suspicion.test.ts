import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isModelToBlame, suspicionOf } from '../../../pipelines/training/suspicion.ts';

const strideMs = 10;
const bound = { suspectShare: 0.5, suspectForMs: 200 };
const governing = { modelVersion: 'b', effectiveFromMs: 1000 };

/** Scores of windows of two strides up to a time, by b from 1000 on. */
function scores(untilMs: number) {
  return Array.from({ length: untilMs / strideMs }, (_, index) => ({
    windowStartMs: index * strideMs,
    windowEndMs: index * strideMs + 2 * strideMs,
    modelVersion: index * strideMs >= 1000 ? 'b' : 'a',
  }));
}

/** What is found where all alarms from a time on. */
function suspicionAt(untilMs: number, fromMs: number) {
  return suspicionOf(governing, scores(untilMs), [{ startMs: fromMs, endMs: 9999 }], strideMs, bound)!;
}

test('a model is suspect once more than the share of its newest windows alarm, and not before it governed as long', () => {
  const always = [{ startMs: 1010, endMs: 9999 }];
  assert.equal(suspicionOf(governing, scores(1190), always, strideMs, bound), null);
  const found = suspicionOf(governing, scores(1200), always, strideMs, bound)!;
  assert.deepEqual([found.windows, found.alarmed, found.share, found.shareBefore], [20, 20, 1, 0]);
  assert.deepEqual([found.fromMs, found.toMs], [1010, 1210]);
});

test('half of its windows is not more than half', () => {
  const half = [{ startMs: 1010, endMs: 1110 }];
  assert.equal(suspicionOf(governing, scores(1200), half, strideMs, bound), null);
  const more = [{ startMs: 1010, endMs: 1120 }];
  assert.equal(suspicionOf(governing, scores(1200), more, strideMs, bound)!.alarmed, 11);
});

test('where too few windows were scored there is nothing to say', () => {
  const gappy = scores(1200).filter(({ windowStartMs }) => windowStartMs < 1010 || windowStartMs >= 1150);
  assert.equal(suspicionOf(governing, gappy, [{ startMs: 0, endMs: 9999 }], strideMs, bound), null);
});

test('a young model is to blame unless the one before it alarmed as much; an old one is not', () => {
  assert.equal(isModelToBlame(suspicionAt(1200, 1010), 200), true);
  assert.equal(isModelToBlame(suspicionAt(1200, 850), 200), false);
  assert.equal(isModelToBlame(suspicionAt(1200, 950), 200), true);
  assert.equal(isModelToBlame(suspicionAt(3000, 2700), 200), false);
});
