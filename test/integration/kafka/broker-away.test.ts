import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';
import type { CupolaError } from '../../../pipelines/errors.ts';
import type { Assignment } from '../../../pipelines/ports.ts';
import { openKafkaLog } from '../../../services/adapters/kafka/kafka-log.ts';
import { until } from './until.ts';

const topic = 'records';
const patienceMs = 3000;

describe('a broker that is away for longer than the patience', () => {
  let folder: string;
  let kafka: KafkaCluster;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-broker-away-'));
    kafka = await startKafka({ folder });
  });
  after(async () => {
    await kafka?.kill();
    await rm(folder, { recursive: true });
  });

  it('ends no membership: its partitions are taken up again when it is back', async () => {
    const reports: CupolaError[] = [];
    const report = (error: CupolaError): void => void reports.push(error);
    const log = await openKafkaLog({ brokers: [kafka.address], partitions: 1, patienceMs, report });
    await log.ensureTopics([{ name: topic, partitioning: 'keyed', retentionMs: null, compacted: false }]);
    let commits = 0;
    const run = async (assignment: Assignment): Promise<void> => {
      while (!assignment.revoked.aborted) {
        const { end } = await log.range(topic, 0);
        await assignment.commit({ records: [], offsets: { [topic]: end } });
        commits++;
        await sleep(20);
      }
    };
    const membership = await log.join({ group: 'readers', topic, run });
    await until('a run commits', async () => commits > 0);
    const [broker] = kafka.brokers;
    await broker!.kill();
    await until('the trouble is reported', async () => reports.length > 0);
    await sleep(patienceMs);
    const before = commits;
    await broker!.start();
    await until('a run commits again', async () => commits > before);
    await membership.leave();
    await membership.finished;
    await log.close();
    assert.ok(reports.some(({ code }) => code === 'CUPOLA_LOG_UNREACHABLE'));
  });
});
