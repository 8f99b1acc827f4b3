import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedHistory } from '../../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { startMaintenance } from '../../../services/host/maintenance.ts';

const dayMs = 86_400_000;
/** Long before the machine's own time. */
const simulatedMs = Date.UTC(2001, 0, 1);
const topic = topics.telemetry.name;

test("what is old is old by the telemetry's own time, not by the machine's", async () => {
  const path = ':memory:maintenance';
  const log = openEmbeddedLog({ path, partitions: 1 });
  const history = openEmbeddedHistory({ path });
  await log.ensureTopics(Object.values(topics));
  for (const ageDays of [8, 6, 0]) {
    const timestampMs = simulatedMs - ageDays * dayMs;
    await log.append([{ topic, key: 'power', value: new Uint8Array(1), timestampMs }]);
  }
  const maintenance = startMaintenance({ log, history }, systemClock, { everyMs: 5, keepHistoryMs: dayMs });
  while ((await log.range(topic, 0)).start === 0) await systemClock.sleep(5);
  await maintenance.stop();
  const { records } = await log.read({ topic, partition: 0, fromOffset: 0 });
  assert.deepEqual(
    records.map(({ timestampMs }) => (simulatedMs - timestampMs) / dayMs),
    [6, 0],
  );
  await history.close();
  await log.close();
});
