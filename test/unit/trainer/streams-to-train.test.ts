import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Command } from '../../../pipelines/commands.ts';
import { encodeCommand, encodeStreamDefinition } from '../../../pipelines/json-records.ts';
import type { Log } from '../../../pipelines/ports.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { StreamsToTrain } from '../../../services/trainer/streams-to-train.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-trainer-'));
after(() => rmSync(folder, { recursive: true }));

const power = streamDefinitionSchema.parse({
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
const short = { fromMs: 0, toMs: 1000 };
const schedule = { firstFitAfterMs: 10_000, refitEveryMs: null };

async function append(log: Log, topic: string, value: Uint8Array): Promise<void> {
  await log.append([{ topic, key: 'power', value, timestampMs: 0 }]);
}

function commandOf(what: Partial<Command>): Uint8Array {
  return encodeCommand({ id: 'c', stream: 'power', issuedAtMs: 0, issuedBy: 'ana', reason: '', ...what } as Command);
}

async function start(): Promise<{ log: Log; streams: () => StreamsToTrain }> {
  const log = openEmbeddedLog({ path: ':memory:', partitions: 1 });
  await log.ensureTopics(Object.values(topics));
  await append(log, topics.streams.name, encodeStreamDefinition(power));
  const bundles = new FileBundleStore(folder, systemClock);
  return { log, streams: () => new StreamsToTrain(log, bundles, schedule) };
}

test('a stream is due when it has enough telemetry, or when somebody asks', async () => {
  const { log, streams: open } = await start();
  const streams = open();
  await streams.definitions();
  assert.equal(streams.isDue(power, { fromMs: 0, toMs: 10_000 }), true);
  assert.equal(streams.isDue(power, short), false);
  await append(log, topics.commands.name, commandOf({ type: 'train' }));
  await streams.definitions();
  assert.equal(streams.isDue(power, short), true);
  streams.fitted(power, short.toMs, true);
  assert.equal(streams.isDue(power, short), false);
});

test('a fit that was asked for survives a restart, until a model of it was promoted', async () => {
  const { log, streams } = await start();
  await append(log, topics.commands.name, commandOf({ type: 'train' }));
  const restarted = streams();
  await restarted.definitions();
  assert.equal(restarted.isDue(power, short), true);
  const promote = { type: 'promote', id: 'fit', issuedBy: 'trainer', modelVersion: 'dense-1' } as const;
  await append(log, topics.commands.name, commandOf(promote));
  const later = streams();
  await later.definitions();
  assert.equal(later.isDue(power, short), false);
});

test('a fit that came to nothing is tried again with more telemetry, not with the same', async () => {
  const { streams: open } = await start();
  const streams = open();
  await streams.definitions();
  streams.fitted(power, 10_000, false);
  assert.equal(streams.isDue(power, { fromMs: 0, toMs: 10_000 }), false);
  assert.equal(streams.isDue(power, { fromMs: 0, toMs: 10_000 + schedule.firstFitAfterMs }), true);
});
