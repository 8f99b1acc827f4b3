import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { likenessOf, mostAlike } from '../../../pipelines/alarms/likeness.ts';
import { NormalCodes } from '../../../pipelines/scoring/normal-codes.ts';

const normal = new NormalCodes([
  [1, 1],
  [-1, -1],
]);

function anomaly(shares: Readonly<Record<string, number>>, code: readonly number[] | null, more = {}): AnomalyEvent {
  return {
    type: 'closed',
    id: 'pumps@0',
    stream: 'pumps',
    modelVersion: 'm',
    startMs: 0,
    endMs: 10,
    decidedAtMs: 10,
    peakScore: 5,
    threshold: 1,
    contributions: Object.entries(shares).map(([channelId, share]) => ({ channelId, share })),
    ...(code && { code }),
    ...more,
  };
}

describe('the likeness of anomalies', () => {
  it('is 1 of an anomaly with itself, and 0 of those with nothing in common', () => {
    const one = anomaly({ a: 0.8, b: 0.2 }, [6, 1]);
    const same = likenessOf(one, one, normal);
    for (const part of [same.likeness, same.byChannels, same.byCode!]) assert.ok(Math.abs(part - 1) < 1e-7);
    const opposite = likenessOf(anomaly({ a: 1 }, [1, 6]), anomaly({ b: 1 }, [1, -4]), normal);
    assert.ok(opposite.likeness < 0.05, `${opposite.likeness}`);
  });

  it('is the same either way', () => {
    const [one, other] = [anomaly({ a: 0.7, b: 0.3 }, [6, 1]), anomaly({ b: 0.6, c: 0.4 }, [2, -3])];
    assert.deepEqual(likenessOf(one, other, normal), likenessOf(other, one, normal));
  });

  it('tells a rise from a fall of the same channel by the code', () => {
    const [rise, fall] = [anomaly({ a: 1 }, [6, 1]), anomaly({ a: 1 }, [-6, -1])];
    const { byChannels, byCode } = likenessOf(rise, fall, normal);
    assert.deepEqual([byChannels, byCode], [1, 0]);
    assert.ok(likenessOf(rise, anomaly({ a: 1 }, [5, 1]), normal).likeness > 0.9);
  });

  it('does not depend on where the craft was: the same departure by another mode is as alike', () => {
    const dayAndNight = new NormalCodes([
      [10, 0],
      [10, 2],
      [-10, 0],
      [-10, 2],
    ]);
    const { byCode } = likenessOf(anomaly({ a: 1 }, [10, 4]), anomaly({ a: 1 }, [-10, 4]), dayAndNight);
    assert.ok(byCode! > 0.99, `${byCode}`);
  });

  it('goes by channels alone where models differ, or have no codes, and is then worth less', () => {
    const one = anomaly({ a: 1 }, [6, 1]);
    const others = [anomaly({ a: 1 }, [6, 1], { modelVersion: 'n' }), anomaly({ a: 1 }, null)];
    for (const other of others)
      assert.deepEqual(likenessOf(one, other, normal), { likeness: 0.675, byChannels: 1, byCode: null });
    assert.equal(likenessOf(one, one, null).byCode, null);
  });

  it('ranks the most alike first, the newer first among equals', () => {
    const one = anomaly({ a: 1 }, [6, 1]);
    const others = [
      anomaly({ b: 1 }, [6, 1], { startMs: 1 }),
      anomaly({ a: 1 }, [6, 1], { startMs: 2 }),
      anomaly({ a: 1 }, [6, 1], { startMs: 3 }),
      anomaly({ a: 1 }, [-6, 1], { startMs: 4 }),
    ];
    const starts = mostAlike(one, others, normal, 3).map(({ event }) => event.startMs);
    assert.deepEqual(starts, [3, 2, 4]);
  });
});
