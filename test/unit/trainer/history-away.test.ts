import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { encodeStreamDefinition } from '../../../pipelines/json-records.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { openInfluxHistory } from '../../../services/adapters/influx/influx-history.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { startTrainer } from '../../../services/trainer/trainer.ts';
import type { TrainerOptions, TrainerPorts } from '../../../services/trainer/trainer-ports.ts';

const definition = streamDefinitionSchema.parse({
  stream: 'power',
  name: 'Power',
  source: 'test',
  intervalMs: 1000,
  windowLengthMs: 64_000,
  strideMs: 16_000,
  staleAfterMs: 1000,
  warmUpMs: 64_000,
  channels: [{ id: 'a', name: 'A', kind: 'real' }],
});

test('the trainer outlives the absence of its history', async () => {
  const log = openEmbeddedLog({ path: ':memory:', partitions: 1 });
  await log.ensureTopics(Object.values(topics));
  const value = encodeStreamDefinition(definition);
  await log.append([{ topic: topics.streams.name, key: definition.stream, value, timestampMs: 0 }]);
  const asked: string[] = [];
  // Nobody listens at the discard port.
  const history = openInfluxHistory({ url: 'http://127.0.0.1:9', database: 'none' });
  const extent = (stream: string): ReturnType<typeof history.extent> => {
    asked.push(stream);
    return history.extent(stream);
  };
  const ports = { log, history: { ...history, extent }, clock: systemClock } as unknown as TrainerPorts;
  const trainer = await startTrainer(ports, {
    checkEveryMs: 10,
    refitEveryMs: null,
    streams: {},
  } as unknown as TrainerOptions);
  while (asked.length < 3) await Promise.race([sleep(10), trainer.finished]);
  await assert.rejects(history.extent('power'), { code: 'CUPOLA_HISTORY_UNAVAILABLE' });
  await trainer.stop();
  await log.close();
});
