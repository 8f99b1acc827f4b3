import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../../../deploy/local/server-process.ts';
import { startKafka, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';
import type { Log, OutgoingRecord, ReadResult } from '../../../pipelines/ports.ts';
import { KafkaClient } from '../../../services/adapters/kafka/kafka-client.ts';
import { openKafkaLog } from '../../../services/adapters/kafka/kafka-log.ts';

/**
 * kafkajs issue 1303: a send over several partitions keeps its answers by broker, so that a partition which moves to a
 * broker that has answered already is never sent, and a transaction is committed without it.
 */

const partitions = 12;
const recordsOfCommit = 20 * partitions;
const topic = 'frozen';
const record: OutgoingRecord = { topic, partition: 0, key: 'k', value: null, timestampMs: 1 };

let folder: string;
let cluster: KafkaCluster;
let brokers: string[];
let log: Log;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cupola-kafka-'));
  cluster = await startKafka({
    folder,
    brokers: 3,
    // A frozen broker is taken for dead in seconds.
    properties: { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 },
  });
  brokers = cluster.address.split(',');
  log = await openKafkaLog({
    brokers,
    partitions,
    replicationFactor: 3,
    requestTimeoutMs: 2000,
  });
  await log.ensureTopics([{ name: topic, partitioning: 'keyed', retentionMs: null, compacted: false }]);
});

after(async () => {
  await log?.close();
  await cluster?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** What was committed, by number of the commit, and how many records of it there are. */
async function countedCommits(): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (let partition = 0; partition < partitions; partition++) {
    const { end } = await log.range(topic, partition);
    for (let next = 0; next < end;) {
      const { records, nextOffset } = await log.read({ topic, partition, fromOffset: next });
      for (const { timestampMs } of records) counts.set(timestampMs, (counts.get(timestampMs) ?? 0) + 1);
      next = nextOffset;
    }
  }
  return counts;
}

/** Commits one transaction after the other, each over all partitions, until the signal aborts. */
async function commitOn(state: { committed: number }, signal: AbortSignal): Promise<void> {
  const writer = await log.writer('frozen');
  const value = new Uint8Array(1000);
  for (; !signal.aborted; state.committed++) {
    const timestampMs = state.committed;
    const records = Array.from({ length: recordsOfCommit }, (_, i) => ({
      topic,
      partition: i % partitions,
      key: 'k',
      value,
      timestampMs,
    }));
    await writer.commit({ records });
  }
}

const name = 'a leader that freezes amid transactions loses nothing of them, and doubles nothing';

test(name, { timeout: 180_000 }, async () => {
  const done = new AbortController();
  const state = { committed: 0 };
  const committing = commitOn(state, done.signal);
  const untilMore = async (more: number): Promise<void> => {
    const until = state.committed + more;
    while (state.committed < until) await Promise.race([committing, sleep(10)]);
  };
  for (const broker of cluster.brokers) {
    await untilMore(10);
    // Somewhere in a transaction.
    await sleep(Math.random() * 20);
    broker.signal('SIGSTOP');
    await untilMore(3);
    broker.signal('SIGCONT');
    await untilMore(3);
    await sleep(1000);
  }
  done.abort();
  await committing;
  const counts = await countedCommits();
  assert.deepEqual(
    [...counts].sort(([a], [b]) => a - b),
    Array.from({ length: state.committed }, (_, i) => [i, recordsOfCommit]),
  );
});

test('a log opened while the first of its brokers is frozen goes to the next', { timeout: 120_000 }, async () => {
  const [first] = cluster.brokers;
  // All brokers have a part in what they keep of transactions, and make it for the first.
  await log.append([record]);
  first!.signal('SIGSTOP');
  try {
    const opened = await openKafkaLog({ brokers, requestTimeoutMs: 2000 });
    await Promise.all([1, 2, 3].map(() => opened.append([record])));
    await opened.close();
  } finally {
    first!.signal('SIGCONT');
  }
});

test('a leader that has slept through what was written is not believed', { timeout: 120_000 }, async () => {
  const reader = await openKafkaLog({ brokers });
  await reader.range(topic, 0);
  const leader = await leaderOf(topic, 0);
  leader.signal('SIGSTOP');
  let reading: Promise<ReadResult>;
  let end: number;
  try {
    await log.append([record]);
    ({ end } = await log.range(topic, 0));
    // It still knows of no other leader, and asks the one that sleeps.
    reading = reader.read({ topic, partition: 0, fromOffset: end });
    await sleep(200);
  } finally {
    leader.signal('SIGCONT');
  }
  assert.deepEqual(await reading, { records: [], nextOffset: end });
  await reader.close();
});

async function leaderOf(of: string, partition: number): Promise<ServerProcess> {
  const client = new KafkaClient({ brokers, clientId: 'onlooker', patienceMs: 10_000, requestTimeoutMs: 2000 });
  const { nodeId } = await client.asking('looking for the leader', () => client.leader(of, partition));
  client.close();
  return cluster.brokers[nodeId - 1]!;
}
