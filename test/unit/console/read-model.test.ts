import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import type { ModelSetting } from '../../../pipelines/commands.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { ThresholdLevels } from '../../../pipelines/thresholds/threshold-levels.ts';
import { ReadModel } from '../../../services/console/read-model.ts';
import { Summaries } from '../../../services/console/summaries.ts';

const definition = streamDefinitionSchema.parse({
  stream: 'loop',
  name: 'Loop',
  source: 'test',
  intervalMs: 1000,
  windowLengthMs: 8000,
  strideMs: 2000,
  staleAfterMs: 5000,
  warmUpMs: 60_000,
  channels: [
    { id: 'a', name: 'A', kind: 'real' },
    { id: 'b', name: 'B', kind: 'real' },
  ],
});
const identity = { stream: 'loop', definitionVersion: 1 } as const;

function score(windowEndMs: number, anomalyScore = 1, backfill = false): ScoreEvent {
  return {
    type: 'score',
    ...identity,
    windowStartMs: windowEndMs - 8000,
    windowEndMs,
    modelVersion: 'lstm-000000000000',
    reconstructionError: anomalyScore,
    anomalyScore,
    strideErrors: new Float32Array(0),
    rowErrors: new Float32Array(0),
    contributions: Float32Array.of(0.25, 0.75),
    latent: new Float32Array(0),
    reconstruction: new Float32Array(4),
    missingShare: 0,
    backfill,
  };
}

function gap(firstWindowStartMs: number, windows: number): ScoreEvent {
  return { type: 'gap', ...identity, firstWindowStartMs, windows, missingShare: 0.9 };
}

function anomaly(type: AnomalyEvent['type'], endMs: number): AnomalyEvent {
  const id = 'loop@10000';
  const times = { startMs: 10_000, endMs, decidedAtMs: endMs };
  return { type, id, stream: 'loop', modelVersion: 'x', ...times, peakScore: 6, threshold: 3, contributions: [] };
}

function model(effectiveFromMs: number, commandId: string | null, refusedBecause: string | null = null): ModelSetting {
  const asked = { commandOffset: null, commandId, issuedBy: 'trainer', reason: '', refusedBecause };
  return { ...identity, modelVersion: `lstm-${effectiveFromMs}`, effectiveFromMs, ...asked };
}

function stateAfter(...events: readonly (ScoreEvent | AnomalyEvent)[]): string {
  const read = new ReadModel();
  read.takeDefinition(definition);
  for (const event of events) {
    if ('peakScore' in event) read.takeAnomaly(event);
    else read.takeScoreEvent(event);
  }
  return read.stream('loop')!.state;
}

test("a stream's state is the worst that its newest records say", () => {
  const stale: ScoreEvent = { type: 'stale', ...identity, channelId: 'a', lastObservedMs: 9000 };
  const resumed: ScoreEvent = { type: 'resumed', ...identity, channelId: 'a', lastObservedMs: 9000, resumedMs: 12_000 };
  const warmUp: ScoreEvent = { type: 'warm-up', ...identity, windowStartMs: 0, remainingMs: 5000 };
  assert.equal(stateAfter(), 'unmodelled');
  assert.equal(stateAfter(warmUp), 'warming-up');
  assert.equal(stateAfter(warmUp, score(8000)), 'normal');
  assert.equal(stateAfter(score(8000), stale), 'stale');
  assert.equal(stateAfter(score(8000), stale, resumed), 'normal');
  assert.equal(stateAfter(score(8000), stale, gap(2000, 1)), 'gap');
  assert.equal(stateAfter(score(8000), gap(2000, 1), score(12_000)), 'normal');
  assert.equal(stateAfter(score(12_000, 6), anomaly('opened', 12_000), gap(6000, 1)), 'anomalous');
  assert.equal(stateAfter(score(12_000, 6), anomaly('opened', 12_000), anomaly('closed', 12_000)), 'normal');
});

test('backfill is no news: it changes neither state nor the newest score', () => {
  assert.equal(stateAfter(score(8000), gap(2000, 1), score(10_000, 1, true)), 'gap');
});

test('runs of unscored windows that touch are one gap, at their newest strides', () => {
  const read = new ReadModel();
  read.takeDefinition(definition);
  for (const event of [gap(0, 2), gap(4000, 1), gap(20_000, 1)]) read.takeScoreEvent(event);
  assert.deepEqual(read.stream('loop')!.gapsIn({ fromMs: 0, toMs: 100_000 }), [
    { fromMs: 6000, toMs: 12_000 },
    { fromMs: 26_000, toMs: 28_000 },
  ]);
});

test('the order in which topics are read makes no difference', () => {
  const levels = new ThresholdLevels({} as never);
  const topics: readonly ((read: ReadModel) => void)[] = [
    (read) => read.takeDefinition(definition),
    (read) => [score(8000), score(10_000, 6)].forEach((event) => read.takeScoreEvent(event)),
    (read) => ['opened' as const, 'extended' as const].forEach((type) => read.takeAnomaly(anomaly(type, 10_000))),
    (read) => [model(0, null), model(4000, 'c1')].forEach((setting) => read.takeModelSetting(setting)),
    (read) =>
      read.takeThreshold({
        ...model(2000, 'c2'),
        definitionVersion: undefined,
        modelVersion: null,
        setting: { policy: 'mean-sigma', parameters: { k: 6 } },
      } as never),
    (read) =>
      ['c1', 'c2', 'c3'].forEach((id) =>
        read.takeCommand({
          id,
          stream: 'loop',
          issuedAtMs: 0,
          issuedBy: 'x',
          reason: '',
          type: 'promote',
          modelVersion: 'm',
        }),
      ),
  ];
  const outcome = (order: readonly number[]): string => {
    const read = new ReadModel();
    for (const index of order) topics[index]!(read);
    const summary = new Summaries(read, levels).streamDetail(read.stream('loop')!);
    return JSON.stringify([summary, read.anomalies(), ['c1', 'c2', 'c3'].map((id) => read.command(id))]);
  };
  const inOrder = topics.map((_, index) => index);
  const expected = outcome(inOrder);
  assert.match(expected, /"state":"anomalous"/);
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (order) => {
      assert.equal(outcome(order), expected);
    }),
    { numRuns: 50 },
  );
});

test('a command is pending, then applied or refused by the setting that names it; a refused setting does not govern', () => {
  const read = new ReadModel();
  read.takeDefinition(definition);
  const command = {
    stream: 'loop',
    issuedAtMs: 0,
    issuedBy: 'x',
    reason: '',
    type: 'promote',
    modelVersion: 'm',
  } as const;
  for (const id of ['kept', 'refused', 'waiting']) read.takeCommand({ id, ...command });
  read.takeModelSetting(model(4000, 'kept'));
  read.takeModelSetting(model(6000, 'refused', 'it is of another stream'));
  assert.deepEqual(
    ['kept', 'refused', 'waiting'].map((id) => read.command(id)!.state),
    ['applied', 'refused', 'pending'],
  );
  assert.equal(read.command('kept')!.effectiveFromMs, 4000);
  assert.equal(read.command('refused')!.effectiveFromMs, null);
  assert.deepEqual(
    read.stream('loop')!.models.map(({ effectiveFromMs }) => effectiveFromMs),
    [4000],
  );
});

test('what is remembered of scores is bounded', () => {
  const read = new ReadModel();
  read.takeDefinition(definition);
  for (let windowEndMs = 8000; windowEndMs < 2_008_000; windowEndMs += 2000) read.takeScoreEvent(score(windowEndMs));
  const loop = read.stream('loop')!;
  assert.equal(loop.recentScores.length, 120);
  assert.equal(loop.takeNewScores().length, 120);
  assert.deepEqual(loop.takeNewScores(), []);
});

test('a fault is told once it has begun by station time, and announced once', () => {
  const read = new ReadModel();
  const fault = { stream: 'loop', channelIds: ['a'], kind: 'step', endMs: 9000, amplitudeSigma: 4 } as const;
  const told = { coupledStreams: [], description: '' };
  read.takeFault({ id: 'f', startMs: 5000, ...fault, ...told });
  read.takeScoreEvent({ type: 'watermark', ...identity, watermarkMs: 4000 });
  assert.deepEqual([read.faults().length, read.takeBegunFaults().length, read.simulated], [0, 0, true]);
  read.takeScoreEvent({ type: 'watermark', ...identity, watermarkMs: 6000 });
  assert.deepEqual([read.faults().length, read.takeBegunFaults().length], [1, 1]);
  assert.deepEqual([read.faults().length, read.takeBegunFaults().length], [1, 0]);
});
