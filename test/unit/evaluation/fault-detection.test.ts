import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { assessFaults, type FaultAssessment } from '../../../pipelines/evaluation/fault-detection.ts';
import type { ChannelStale } from '../../../pipelines/scoring/score-event.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import type { FaultKind, FaultTruth } from '../../../pipelines/truth.ts';

const windowLengthMs = 64_000;
const strideMs = 8000;

const definitions = new Map(
  ['pumps', 'tanks', 'radios'].map((stream) => [
    stream,
    streamDefinitionSchema.parse({
      stream,
      name: stream,
      source: 'test',
      intervalMs: 1000,
      windowLengthMs,
      strideMs,
      staleAfterMs: 5000,
      warmUpMs: windowLengthMs,
      channels: ['a', 'b', 'c', 'd'].map((name) => ({ id: `${stream}.${name}`, name, kind: 'real' })),
    }),
  ]),
);

function fault(kind: FaultKind, startMs: number, endMs: number, coupledStreams: string[] = []): FaultTruth {
  const every = { id: kind, stream: 'pumps', channelIds: ['pumps.a'], amplitudeSigma: 3, description: '' };
  return { ...every, kind, startMs, endMs, coupledStreams };
}

function anomaly(stream: string, startMs: number, endMs: number, ranking = ['a', 'b', 'c', 'd']): AnomalyEvent {
  return {
    type: 'closed',
    id: `${stream}@${startMs}`,
    stream,
    modelVersion: 'm',
    startMs,
    endMs,
    decidedAtMs: startMs + strideMs,
    peakScore: 2,
    threshold: 1,
    contributions: ranking.map((name, index) => ({ channelId: `${stream}.${name}`, share: 0.4 - index / 10 })),
  };
}

function assess(faults: FaultTruth[], anomalies: AnomalyEvent[], stale: ChannelStale[] = []): FaultAssessment {
  return assessFaults({ faults, anomalies, stale, definitions, fromMs: 0 });
}

test('a fault is detected by an anomaly that starts within it in its stream, and by no other', () => {
  const step = fault('step', 100_000, 200_000);
  const found = assess([step], [anomaly('pumps', 104_000, 150_000)]).outcomes[0]!;
  assert.deepEqual([found.detectedBy, found.delayMs, found.topContributor], ['anomaly', 12_000, true]);
  for (const other of [
    anomaly('pumps', 99_999, 150_000),
    anomaly('pumps', 200_000, 208_000),
    anomaly('tanks', 104_000, 150_000),
  ])
    assert.equal(assess([step], [other]).outcomes[0]!.detectedBy, null);
});

test('a faulty channel in the fourth place is no top contributor', () => {
  const step = fault('step', 100_000, 200_000);
  const { outcomes } = assess([step], [anomaly('pumps', 104_000, 150_000, ['b', 'c', 'd', 'a'])]);
  assert.equal(outcomes[0]!.topContributor, false);
});

test('an anomaly is false if it touches no fault, widened by a window, of its stream or of one coupled to it', () => {
  const leak = fault('leak', 100_000, 200_000, ['tanks']);
  const near = 200_000 + windowLengthMs;
  const falseOf = (one: AnomalyEvent): number => assess([leak], [one]).falseAnomalies.length;
  assert.equal(falseOf(anomaly('pumps', near - 1, near + strideMs)), 0);
  assert.equal(falseOf(anomaly('pumps', near, near + strideMs)), 1);
  assert.equal(falseOf(anomaly('tanks', 20_000, 100_001 - windowLengthMs)), 0);
  assert.equal(falseOf(anomaly('tanks', 20_000, 100_000 - windowLengthMs)), 1);
  assert.equal(falseOf(anomaly('radios', 120_000, 130_000)), 1);
});

function silent(channelId: string, lastObservedMs: number): ChannelStale {
  return { type: 'stale', stream: 'pumps', definitionVersion: 1, channelId, lastObservedMs };
}

function detectedBy(kind: FaultKind, event: ChannelStale): string | null {
  return assess([fault(kind, 100_000, 200_000)], [], [event]).outcomes[0]!.detectedBy;
}

test('silence detects a dropout of that very channel, while it lasts, and no step', () => {
  assert.equal(detectedBy('dropout', silent('pumps.a', 99_000)), 'stale');
  assert.equal(detectedBy('stuck', silent('pumps.a', 99_000)), 'stale');
  assert.equal(detectedBy('step', silent('pumps.a', 99_000)), null);
  assert.equal(detectedBy('dropout', silent('pumps.b', 99_000)), null);
  assert.equal(detectedBy('dropout', silent('pumps.a', 94_000)), null);
  assert.equal(detectedBy('dropout', silent('pumps.a', 195_000)), null);
});

test('what was said first detects, and the median of the delays is the lower of the middle ones', () => {
  const dropout = fault('dropout', 100_000, 200_000);
  const early = silent('pumps.a', 99_000);
  const { outcomes, medianDetectionDelayMs } = assess([dropout], [anomaly('pumps', 160_000, 180_000)], [early]);
  assert.deepEqual([outcomes[0]!.detectedBy, medianDetectionDelayMs], ['stale', 4000]);
});
