/** Of three brokers the one that the work goes through freezes and wakes, and each event of real processes comes once. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { AlternativeModels } from '../alternative-models.ts';
import { assertSameEvents, type CommittedEvents } from '../run-outcome.ts';
import { StationRun } from '../station-run.ts';
import { brokerProperties, clusterLiveSeconds, StationCluster } from './station-cluster.ts';
import { until } from './until.ts';

/** Decides the moments. */
const seed = 1;
const replicas = 3;
/** After so long the controllers take a frozen broker for dead, and give what it led to others. */
const brokerSessionMs = 3000;
/** Clients give a broker ten seconds to answer, some of them one after the other. */
const goesOnWithinMs = 120_000;

describe(`processes on three brokers (seed ${seed})`, { timeout: 600_000 }, () => {
  let folder: string;
  let kafka: KafkaCluster;
  let models: AlternativeModels;
  /** Of an uninterrupted run on the embedded log. */
  let expected: CommittedEvents;
  let station: StationCluster;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-frozen-leader-'));
    models = await AlternativeModels.fit(6);
    const run = await StationRun.in(join(folder, 'embedded'), models, clusterLiveSeconds);
    const { exitCode, stderr } = await run.start().ended;
    assert.equal(exitCode, 0, stderr);
    expected = await run.outcome();
    kafka = await startKafka({
      folder: join(folder, 'kafka'),
      brokers: replicas,
      properties: {
        ...brokerProperties,
        'broker.session.timeout.ms': brokerSessionMs,
        'broker.heartbeat.interval.ms': 500,
      },
    });
    await mkdir(join(folder, 'station'));
    station = await StationCluster.in(join(folder, 'station'), kafka.address.split(','), models, replicas);
  });
  after(async () => {
    await station?.end();
    await kafka?.kill();
    await rm(folder, { recursive: true });
  });

  const moves = async (what: string, partition: number): Promise<void> => {
    const before = (await station.scored())[partition]!;
    await until(what, async () => (await station.scored())[partition]! > before, goesOnWithinMs);
  };

  /** Freezes the broker that has a part in the work of a partition, until another has it and the work goes on. */
  const freeze = async (
    holder: () => Promise<number>,
    partition: number,
    wakes: 'at once' | 'late',
  ): Promise<number> => {
    const frozen = await holder();
    const broker = kafka.brokers[frozen - 1]!;
    broker.signal('SIGSTOP');
    try {
      await until(`another broker has the part of ${frozen}`, async () => (await holder()) !== frozen, goesOnWithinMs);
      if (wakes === 'late') {
        await moves('work goes on without it', partition);
      }
    } finally {
      broker.signal('SIGCONT');
    }
    return frozen;
  };

  it('lose and double nothing when the broker that leads, or decides, freezes amid transactions', async () => {
    const random = SeededRandom.for(seed, 'freezes');
    const ingest = await station.startIngest('slow');
    const workers = [await station.startWorker(), await station.startWorker()];
    for (const worker of workers) await station.atWork(worker);
    const partition = busiest(await station.scored());
    const frozen = new Set<number>();
    for (const [holder, wakes] of [
      [() => station.scoresLeader(partition), 'at once'],
      [() => station.scorerCoordinator(partition), 'late'],
    ] as const) {
      await sleep(random.between(0, 1000));
      frozen.add(await freeze(holder, partition, wakes));
      await moves('work goes on with all brokers', partition);
    }
    assert.equal(frozen.size, 2);
    for (const { isAlive } of [ingest, ...workers]) assert.ok(isAlive);
    assertSameEvents(await station.finish(ingest), expected);
  });
});

function busiest(positions: readonly number[]): number {
  return positions.indexOf(Math.max(...positions));
}
