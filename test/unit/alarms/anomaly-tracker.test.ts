import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { AnomalyTracker } from '../../../pipelines/alarms/anomaly-tracker.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { JudgedWindow } from '../../../pipelines/thresholds/window-judge.ts';

function definitionOf(strideMs: number): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream: 'pumps',
    name: 'Pumps',
    source: 'test',
    intervalMs: 10,
    windowLengthMs: 40,
    strideMs,
    staleAfterMs: 10,
    warmUpMs: 40,
    channels: [
      { id: 'a', name: 'a', kind: 'real' },
      { id: 'mode', name: 'mode', kind: 'real', role: 'context' },
      { id: 'b', name: 'b', kind: 'real' },
    ],
  });
}

/** What a tracker says of windows one stride apart with these scores, against a threshold of 1. */
function said(scores: readonly number[], strideMs = 10, tracker = new AnomalyTracker()): AnomalyEvent[] {
  const definition = definitionOf(strideMs);
  return scores.flatMap((anomalyScore, index) => {
    const windowStartMs = index * strideMs;
    const event = take(tracker, anomalyScore, windowStartMs, definition);
    return event ? [event] : [];
  });
}

/** A window judged as soon as it ended, against a threshold of 1. */
function take(tracker: AnomalyTracker, score: number, windowStartMs: number, definition = definitionOf(10)) {
  const judged = judgedWindow(score, windowStartMs);
  return tracker.take(judged, judged.window.windowEndMs, definition);
}

function judgedWindow(score: number, windowStartMs: number): JudgedWindow {
  const window = {
    stream: 'pumps',
    windowEndMs: windowStartMs + 40,
    modelVersion: 'm',
    contributions: Float32Array.of(0.25, 0.75),
  };
  return { score, level: 1, violates: score > 1, window, windows: 1, located: null };
}

const brief = ({ type, startMs, endMs }: AnomalyEvent): unknown[] => [type, startMs, endMs];

describe('anomalies', () => {
  it('open with the second violating window, begin with the newest stride of the first, and close with the next normal one', () => {
    assert.deepEqual(said([0, 2, 3, 2, 1]).map(brief), [
      ['opened', 40, 60],
      ['extended', 40, 70],
      ['closed', 40, 70],
    ]);
  });

  it('are located from the first row that stands out in one of their strides to the last', () => {
    const tracker = new AnomalyTracker();
    const rows = [null, 41, 52, null, 75, null].map((fromMs) => fromMs && { fromMs, toMs: fromMs + 3 });
    const events = rows.map((located, index) => {
      const judged = judgedWindow(index < 5 ? 2 : 0, 10 * index);
      return tracker.take({ ...judged, located: located || null }, judged.window.windowEndMs, definitionOf(10));
    });
    assert.deepEqual(
      events.map((event) => event && [event.id, event.endMs, event.located && Object.values(event.located)]),
      [
        null,
        ['pumps@30', 50, [41, 44]],
        ['pumps@30', 60, [41, 55]],
        ['pumps@30', 70, [41, 55]],
        ['pumps@30', 80, [41, 78]],
        ['pumps@30', 80, [41, 78]],
      ],
    );
  });

  it('of which no row stands out are not located', () => {
    for (const event of said([2, 2, 2, 0])) assert.equal('located' in event, false);
  });

  it('are not made of one window that violates alone', () => {
    assert.deepEqual(said([0, 9, 0, 9, 0]), []);
  });

  it('open at once where windows do not overlap: nothing else will see it', () => {
    assert.deepEqual(said([0, 2, 0], 40).map(brief), [
      ['opened', 40, 80],
      ['closed', 40, 80],
    ]);
  });

  it('keep the contributions of their peak, greatest first, of scored channels alone', () => {
    const [opened] = said([5, 2]);
    assert.equal(opened!.peakScore, 5);
    assert.deepEqual(opened!.contributions, [
      { channelId: 'b', share: 0.75 },
      { channelId: 'a', share: 0.25 },
    ]);
  });

  it('go on from a snapshot, also one taken between the first and the second window', () => {
    const before = new AnomalyTracker();
    assert.equal(take(before, 2, 0), null);
    const after = new AnomalyTracker(before.snapshot());
    assert.deepEqual(brief(take(after, 2, 10)!), ['opened', 30, 50]);
  });

  it('that no second window confirmed are forgotten in a gap', () => {
    const tracker = new AnomalyTracker();
    take(tracker, 2, 0);
    assert.equal(tracker.close(50), null);
    assert.equal(take(tracker, 2, 10), null);
  });

  it('that are decided later keep the rows of their windows and say when they were decided', () => {
    const tracker = new AnomalyTracker();
    const events = [0, 10, 20].map((startMs) =>
      tracker.take(judgedWindow(startMs < 20 ? 2 : 0, startMs), startMs + 140, definitionOf(10)),
    );
    assert.deepEqual(
      events.map((event) => event && [event.type, event.startMs, event.endMs, event.decidedAtMs]),
      [null, ['opened', 30, 50, 150], ['closed', 30, 50, 160]],
    );
  });

  it('carry the code of their peak, and the model that it is of', () => {
    const tracker = new AnomalyTracker();
    const seen = [2, 5, 3].map((score, index) => {
      const { window, ...judged } = judgedWindow(score, index * 10);
      const coded = { ...window, latent: Float32Array.of(score, 0.123456789) };
      return tracker.take({ ...judged, window: coded }, window.windowEndMs, definitionOf(10));
    });
    assert.deepEqual(
      seen.map((event) => event?.code),
      [undefined, [5, 0.123457], [5, 0.123457]],
    );
    assert.deepEqual(tracker.close(99)?.code, [5, 0.123457]);
  });

  it('have no code where the model has none, or where it overflowed', () => {
    for (const latent of [new Float32Array(0), Float32Array.of(1, Infinity)]) {
      const tracker = new AnomalyTracker();
      const { window, ...judged } = judgedWindow(3, 0);
      const event = tracker.take({ ...judged, window: { ...window, latent } }, 40, definitionOf(40));
      assert.equal(event!.type, 'opened');
      assert.equal('code' in event!, false);
    }
  });
});
