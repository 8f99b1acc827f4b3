import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureLayout } from '../../../pipelines/features/feature-layout.ts';
import { calibrate } from '../../../pipelines/scoring/calibration.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';

const layout = featureLayout(
  streamDefinitionSchema.parse({
    stream: 'pump',
    name: 'Pump',
    source: 'test',
    intervalMs: 10,
    windowLengthMs: 20,
    strideMs: 10,
    staleAfterMs: 10,
    warmUpMs: 20,
    channels: [{ id: 'a', name: 'a', kind: 'real' }],
  }),
);

test('holdout errors keep the order of time, and their median is their unit', () => {
  const { holdoutErrors, holdoutMedianError } = calibrate(layout, Float32Array.of(4, 1, 2), 3);
  assert.deepEqual(holdoutErrors, [4, 1, 2]);
  assert.equal(holdoutMedianError, 2);
});

test('of a long holdout the newest errors are kept, and the median is of all', () => {
  const errors = Float32Array.from({ length: 10_001 }, (_, index) => 1 + index);
  const { holdoutErrors, holdoutMedianError } = calibrate(layout, errors, errors.length);
  assert.deepEqual([holdoutErrors.length, holdoutErrors[0], holdoutErrors.at(-1)], [4096, 5906, 10_001]);
  assert.equal(holdoutMedianError, 5001);
});

test('what each channel came to on the holdout is kept, whatever its weight', () => {
  const errors = Float32Array.from({ length: 101 }, (_, index) => index);
  assert.deepEqual(calibrate(layout, errors, errors.length).holdoutChannels, [
    { channelId: 'a', median: 50, q90: 90, q99: 99, max: 100 },
  ]);
});

test('a holdout reconstructed perfectly has a unit greater than 0', () => {
  assert.equal(calibrate(layout, new Float32Array(3), 3).holdoutMedianError, 1e-4);
});
