import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Command } from '../../../pipelines/commands.ts';
import type { Suspicion } from '../../../pipelines/fit-decision.ts';
import { encodeCommand, encodeStreamDefinition, encodeVerdict } from '../../../pipelines/json-records.ts';
import type { Log } from '../../../pipelines/ports.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { topics } from '../../../pipelines/topics.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { KnownStreams, type KnownStream } from '../../../services/trainer/known-streams.ts';

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

async function append(log: Log, topic: string, value: Uint8Array): Promise<void> {
  await log.append([{ topic, key: 'power', value, timestampMs: 0 }]);
}

function commandOf(what: Partial<Command>): Uint8Array {
  return encodeCommand({ id: 'c', stream: 'power', issuedAtMs: 0, issuedBy: 'ana', reason: '', ...what } as Command);
}

async function start(): Promise<{ log: Log; known: () => Promise<KnownStream> }> {
  const log = openEmbeddedLog({ path: ':memory:', partitions: 1 });
  await log.ensureTopics(Object.values(topics));
  await append(log, topics.streams.name, encodeStreamDefinition(power));
  const bundles = new FileBundleStore(folder, systemClock);
  return { log, known: async () => (await new KnownStreams(log, bundles).read())[0]! };
}

test('a fit that was asked for survives a restart, until a model of it was promoted', async () => {
  const { log, known } = await start();
  await append(log, topics.commands.name, commandOf({ type: 'train' }));
  assert.equal((await known()).asked!.id, 'c');
  const promote = { type: 'promote', id: 'fit', issuedBy: 'trainer', modelVersion: 'dense-1' } as const;
  await append(log, topics.commands.name, commandOf({ ...promote, issuedBy: 'ana' }));
  assert.notEqual((await known()).asked, null);
  await append(log, topics.commands.name, commandOf(promote));
  assert.equal((await known()).asked, null);
});

test('a rollback answers no fit that was asked for, and is remembered with its suspicion', async () => {
  const { log, known } = await start();
  const times = { governsFromMs: 0, fromMs: 0, toMs: 1 };
  const counts = { windows: 10, alarmed: 9, share: 0.9, bound: 0.5, shareBefore: 0 };
  const suspicion: Suspicion = { modelVersion: 'dense-2', ...times, ...counts };
  await append(log, topics.commands.name, commandOf({ type: 'train' }));
  const rollback = { type: 'promote', issuedBy: 'trainer', modelVersion: 'dense-1', suspicion } as const;
  await append(log, topics.commands.name, commandOf(rollback));
  assert.notEqual((await known()).asked, null);
  assert.deepEqual((await known()).suspicions, [suspicion]);
});

test('verdicts and their cases outlive a change of the definition', async () => {
  const { log, known } = await start();
  const given = { commandId: 'v', commandOffset: 0, stream: 'power', anomalyId: null, issuedAtMs: 0, issuedBy: 'ana' };
  const verdict = { ...given, fromMs: 0, toMs: 1, judgement: 'anomaly', reason: '' } as const;
  const streams = new KnownStreams(log, new FileBundleStore(folder, systemClock));
  await append(log, topics.verdicts.name, encodeVerdict(verdict));
  const kept = { type: 'keep-case', verdictId: 'v', caseHash: 'abc', definitionVersion: 1 } as const;
  await append(log, topics.commands.name, commandOf(kept));
  await streams.read();
  await append(log, topics.streams.name, encodeStreamDefinition({ ...power, version: 2 }));
  const [changed] = await streams.read();
  assert.equal(changed!.definition.version, 2);
  for (const one of [changed!, await known()]) {
    assert.deepEqual(one.verdicts, [verdict]);
    assert.equal(one.cases.get('v')!.caseHash, 'abc');
  }
});
