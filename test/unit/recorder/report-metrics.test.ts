import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { PipelineMetrics } from '../../../pipelines/ports.ts';
import { encodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import { encodeTelemetry } from '../../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedHistory } from '../../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { startRecorder } from '../../../services/recorder/recorder.ts';
import { SettableClock } from '../../settable-clock.ts';

const everyMs = 5000;

test('the recorder says how far each service is behind, and each watermark; what it cannot say now it says next time', async () => {
  const path = ':memory:metrics';
  const log = openEmbeddedLog({ path, partitions: 1 });
  const history = openEmbeddedHistory({ path });
  await log.ensureTopics(Object.values(topics));
  const append = (topic: string, value: Uint8Array): Promise<void> =>
    log.append([{ topic, key: 'loop', value, timestampMs: 0 }]);
  for (const ingestTimeMs of [60_000, 90_000]) await append(topics.telemetry.name, telemetry(ingestTimeMs));
  const watermark = { type: 'watermark', stream: 'loop', definitionVersion: 1, watermarkMs: 70_000 } as const;
  await append(topics.scores.name, encodeScoreEvents([watermark]));

  const clock = new SettableClock(1000);
  const reported: PipelineMetrics[] = [];
  const record = async (metrics: PipelineMetrics): Promise<void> => {
    reported.push(metrics);
    if (reported.length === 1) throw new CupolaError('CUPOLA_HISTORY_UNAVAILABLE', 'away');
  };
  // No bundle is asked for: there are no settings.
  const ports = { log, history, bundles: null as never };
  const recorder = await startRecorder(ports, { maxRecords: 1, metrics: { clock, everyMs, record } });
  while ((await history.position(topics.telemetry.name, 0)) !== 2) await soon();
  while ((await history.position(topics.scores.name, 0)) !== 1 || reported.length === 0) await soon();
  for (let reports = reported.length; reported.length === reports; await soon()) clock.advance(everyMs);
  await recorder.stop();

  const { atMs, lags, watermarks } = reported.at(-1)!;
  assert.ok(atMs >= 1000 + everyMs);
  assert.deepEqual(watermarks, [{ stream: 'loop', delayMs: 20_000 }]);
  const found = lags.map(({ service, topic, lag, member }) => [service, topic, lag, member !== null]);
  assert.deepEqual(found.slice(0, 2), [
    ['scorer', topics.telemetry.name, 2, false],
    ['annunciator', topics.scores.name, 1, false],
  ]);
  assert.deepEqual(
    found.slice(2).map(([service, , lag, isOwned]) => [service, lag, isOwned]),
    Array.from({ length: 6 }, () => ['recorder', 0, true]),
  );
  await history.close();
  await log.close();
});

function telemetry(ingestTimeMs: number): Uint8Array {
  const columns = { channel: Uint16Array.of(0), eventTimeMs: Float64Array.of(ingestTimeMs), value: Float64Array.of(1) };
  return encodeTelemetry({ type: 'samples', stream: 'loop', definitionVersion: 1, ingestTimeMs, ...columns });
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
