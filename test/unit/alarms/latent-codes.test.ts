import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { latentCodes, type CodedScore } from '../../../pipelines/alarms/latent-codes.ts';
import type { Verdict } from '../../../pipelines/commands.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';

const definition = streamDefinitionSchema.parse({
  stream: 'pumps',
  name: 'Pumps',
  source: 'test',
  intervalMs: 10,
  windowLengthMs: 40,
  strideMs: 10,
  staleAfterMs: 10,
  warmUpMs: 40,
  channels: [{ id: 'a', name: 'a', kind: 'real' }],
});

/** The score of the window whose newest stride begins at this time. */
function score(newestMs: number, latent: readonly number[]): CodedScore {
  return {
    windowStartMs: newestMs - 30,
    windowEndMs: newestMs + 10,
    anomalyScore: 1,
    latent: Float32Array.from(latent),
  };
}

const anomaly: AnomalyEvent = {
  type: 'closed',
  id: 'pumps@110',
  stream: 'pumps',
  modelVersion: 'm',
  startMs: 110,
  endMs: 130,
  decidedAtMs: 140,
  peakScore: 5,
  threshold: 1,
  contributions: [],
};

function verdict(judgement: Verdict['judgement'], fromMs: number, toMs: number): Verdict {
  const given = { commandId: judgement, commandOffset: 0, issuedAtMs: 0, issuedBy: 'flight', reason: '' };
  return { ...given, stream: 'pumps', anomalyId: null, judgement, fromMs, toMs };
}

const scores = [100, 110, 120, 130].map((newestMs, index) => score(newestMs, [index, 0, 1]));

describe('latent codes', () => {
  it('belong to an anomaly and a verdict by the newest stride of their window', () => {
    const verdicts = [verdict('anomaly', 105, 125), verdict('normal', 120, 121), verdict('note', 100, 140)];
    const { windows } = latentCodes('m', { definition }, scores, { anomalies: [anomaly], verdicts });
    assert.deepEqual(
      windows.map(({ anomalyId }) => anomalyId),
      [null, 'pumps@110', 'pumps@110', null],
    );
    assert.deepEqual(
      windows.map(({ judgement }) => judgement),
      ['anomaly', 'anomaly', 'normal', null],
    );
  });

  it("are mapped by the holdout's axes, which do not move with what is shown", () => {
    const holdoutCodes = [
      [0, -2, 0],
      [0, 2, 0],
      [0, 0, 1],
      [0, 0, -1],
    ];
    const none = { anomalies: [], verdicts: [] };
    const all = latentCodes('m', { definition, holdoutCodes }, scores, none);
    const one = latentCodes('m', { definition, holdoutCodes }, scores.slice(2), none);
    assert.deepEqual(one.windows, all.windows.slice(2));
    assert.deepEqual([all.axesFrom, all.units, all.normal.length], ['holdout', 3, 4]);
    assert.deepEqual(
      all.explained.map((share) => Number(share.toFixed(3))),
      [0.8, 0.2],
    );
    // What varies here is the unit that rests on the holdout.
    assert.ok(all.explainedHere[0] + all.explainedHere[1] < 0.5);
  });

  it('have axes of their own where a bundle has no codes, and are none where a model has no code', () => {
    const none = { anomalies: [], verdicts: [] };
    const own = latentCodes('m', { definition }, scores, none);
    assert.deepEqual([own.axesFrom, own.normal.length], ['windows', 0]);
    assert.ok(Math.abs(own.explainedHere[0] - 1) < 1e-6);
    assert.deepEqual(latentCodes('m', { definition }, [score(100, [])], none).windows, []);
  });
});
