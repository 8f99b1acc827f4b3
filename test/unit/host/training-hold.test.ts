import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../pipelines/commands.ts';
import { encodeCommand } from '../../../pipelines/json-records.ts';
import type { Log } from '../../../pipelines/ports.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { firstFits } from '../../../services/host/training-hold.ts';

async function emptyLog(): Promise<Log> {
  const log = openEmbeddedLog({ path: ':memory:', partitions: 2 });
  await log.ensureTopics(Object.values(topics));
  return log;
}

async function command(log: Log, stream: string, what: Pick<Command, 'type'> & object): Promise<void> {
  const given = { id: `${stream}-1`, stream, issuedAtMs: 0, issuedBy: 'trainer', reason: '', ...what } as Command;
  await log.append([{ topic: topics.commands.name, key: stream, value: encodeCommand(given), timestampMs: 0 }]);
}

/** Whether the wait is over soon. */
function isOver(wait: Promise<void>): Promise<boolean> {
  return Promise.race([wait.then(() => true), systemClock.sleep(300).then(() => false)]);
}

test('the wait for first fits ends when every stream was promoted a model or has failed to get one', async () => {
  const log = await emptyLog();
  await command(log, 'power', { type: 'promote', modelVersion: 'dense-1' } as Command);
  await command(log, 'water', { type: 'train' });
  const failed = new Set<string>();
  const ending = new AbortController();
  const wait = firstFits(log, ['power', 'water', 'thermal'], failed, systemClock, ending.signal);
  assert.equal(await isOver(wait), false);
  failed.add('thermal');
  assert.equal(await isOver(wait), false);
  await command(log, 'water', { type: 'promote', modelVersion: 'dense-2' } as Command);
  assert.equal(await isOver(wait), true);
  await log.close();
});

test('the wait for first fits ends with the host', async () => {
  const log = await emptyLog();
  const ending = new AbortController();
  const wait = firstFits(log, ['power'], new Set(), systemClock, ending.signal);
  ending.abort();
  assert.equal(await isOver(wait), true);
  await log.close();
});
