import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectionDelaysMs, operatorFigures } from '../../../../pipelines/evaluation/metrics/operator-figures.ts';

const minute = 60_000;

test('false alarms a day, share of time and delays of two channels by hand', () => {
  const figures = operatorFigures(
    [
      // Found after 20 rows, and a false alarm far off.
      {
        rows: 1440,
        labelled: [[200, 299]],
        predicted: [
          [220, 239],
          [900, 909],
        ],
      },
      // Found at once, found after 4 rows, and missed.
      {
        rows: 1440,
        labelled: [
          [100, 119],
          [500, 519],
          [1000, 1019],
        ],
        predicted: [
          [90, 110],
          [504, 510],
        ],
      },
    ],
    minute,
  );
  assert.equal(figures.falseAlarmsPerDay, 1 / 2);
  assert.equal(figures.alarmShare, (20 + 10 + 21 + 7) / 2880);
  assert.deepEqual(figures.delaysMs, [[20 * minute], [0, 4 * minute, null]]);
  assert.equal(figures.medianDelayMs, 4 * minute);
});

test('a prediction over everything detects nothing and is one false alarm', () => {
  const always = { rows: 14_400, labelled: [[5000, 5009] as const], predicted: [[0, 14_399] as const] };
  const { falseAlarmsPerDay, alarmShare, medianDelayMs, delaysMs } = operatorFigures([always], minute);
  assert.deepEqual([falseAlarmsPerDay, alarmShare, medianDelayMs, delaysMs], [1 / 10, 1, null, [[null]]]);
});

test('the first of two predictions within a label is the detection', () => {
  const labelled = [[100, 199] as const];
  const predicted = [[130, 140] as const, [150, 160] as const];
  assert.deepEqual(detectionDelaysMs({ rows: 1000, labelled, predicted }, 1000), [30_000]);
});

test('without rows there is no rate', () => {
  const { falseAlarmsPerDay, alarmShare, medianDelayMs } = operatorFigures([], minute);
  assert.deepEqual([falseAlarmsPerDay, alarmShare, medianDelayMs], [null, 0, null]);
});
