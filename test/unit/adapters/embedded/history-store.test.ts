import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CupolaError } from '../../../../pipelines/errors.ts';
import type { HistoryBatch } from '../../../../pipelines/ports.ts';
import { openEmbeddedHistory } from '../../../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../../../services/adapters/embedded/embedded-log.ts';

const always = { fromMs: -Infinity, toMs: Infinity };

const batch: HistoryBatch = {
  position: { topic: 'topic', partition: 0, nextOffset: 1 },
  definitions: [],
  samples: [
    {
      type: 'samples',
      stream: 'stream',
      definitionVersion: 1,
      ingestTimeMs: 0,
      channel: Uint16Array.of(0),
      eventTimeMs: Float64Array.of(1000),
      value: Float64Array.of(1),
    },
  ],
  scores: [],
  anomalies: [],
};

describe('the embedded history', () => {
  it('writes nothing of a batch of which one thing cannot be written', async () => {
    const history = openEmbeddedHistory({ path: ':memory:' });
    const nameless = {
      type: 'opened',
      id: '',
      stream: 'other',
      modelVersion: 'm',
      startMs: 0,
      endMs: 1,
      decidedAtMs: 1,
      peakScore: 1,
      threshold: 1,
      contributions: [],
    } as const;
    const write = history.write({ ...batch, anomalies: [nameless] });
    await assert.rejects(write, (error) => error instanceof CupolaError && error.code === 'CUPOLA_RECORD_UNENCODABLE');
    assert.equal(await history.position('topic', 0), null);
    assert.equal(await history.extent('stream'), null);
    await history.write(batch);
    assert.equal((await history.samples('stream', 1, always)).value.length, 1);
    await history.close();
  });

  it('shares a file with the log, and each closes for itself', async () => {
    const path = ':memory:shared';
    const [log, history] = [openEmbeddedLog({ path }), openEmbeddedHistory({ path })];
    await log.close();
    await history.write(batch);
    assert.equal(await history.position('topic', 0), 1);
    await history.close();
  });

  it('leaves timers their turn between reads', async () => {
    const history = openEmbeddedHistory({ path: ':memory:' });
    const timer = AbortSignal.timeout(5);
    const deadline = performance.now() + 5000;
    while (!timer.aborted && performance.now() < deadline) await history.extent('stream');
    assert.ok(timer.aborted);
    await history.close();
  });
});
