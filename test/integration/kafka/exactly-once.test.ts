/** Real processes share the work on a real broker, and whatever becomes of them or of it, each event comes once. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaCluster } from '../../../deploy/local/kafka-broker.ts';
import { SeededRandom } from '../../../pipelines/random.ts';
import { AlternativeModels } from '../alternative-models.ts';
import type { CupolaProcess } from '../cupola-process.ts';
import { assertSameEvents, type CommittedEvents } from '../run-outcome.ts';
import { StationRun } from '../station-run.ts';
import { brokerProperties, clusterLiveSeconds, StationCluster } from './station-cluster.ts';

/** Decides the moments; what happens at them is for the machine to decide. */
const seed = 1;

describe(`processes that share the work on Kafka (seed ${seed})`, { timeout: 600_000 }, () => {
  let folder: string;
  let kafka: KafkaCluster;
  let models: AlternativeModels;
  /** Of an uninterrupted run on the embedded log. */
  let expected: CommittedEvents;
  let cluster: StationCluster | null = null;

  /** A broker of their own, which may be killed. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupola-exactly-once-'));
    models = await AlternativeModels.fit(6);
    const run = await StationRun.in(join(folder, 'embedded'), models, clusterLiveSeconds);
    const { exitCode, stderr } = await run.start().ended;
    assert.equal(exitCode, 0, stderr);
    expected = await run.outcome();
    kafka = await startKafka({ folder: join(folder, 'kafka'), properties: brokerProperties });
  });
  after(async () => {
    await cluster?.end();
    await kafka?.kill();
    await rm(folder, { recursive: true });
  });

  const prepare = async (name: string): Promise<StationCluster> => {
    await cluster?.end();
    await mkdir(join(folder, name));
    return (cluster = await StationCluster.in(join(folder, name), kafka.address.split(','), models));
  };

  it('killed with -9 at 30 moments, they commit each event once', async () => {
    const station = await prepare('killed');
    const random = SeededRandom.for(seed, 'kills');
    let atWork = 0;
    /** One process after the other in the same place, each killed but the last. */
    const place = async (start: () => Promise<CupolaProcess>, groups: readonly string[], kills: number) => {
      let process = await start();
      for (let kill = 0; kill < kills; kill++) {
        const delay = random.uniform();
        // Every fifth while it starts.
        if (kill % 5 === 4) await sleep(delay * 1500);
        else {
          await (groups.length === 0 ? process.said('"msg":"started"') : station.atWork(process, groups));
          atWork++;
          await sleep(delay * 1000);
        }
        const { signal, stderr } = await process.kill('SIGKILL');
        assert.equal(signal, 'SIGKILL', `it had ended before: ${stderr}`);
        process = await start();
      }
      return process;
    };
    const ingests = place(() => station.startIngest('steady'), [], 6);
    const services = (['scorer', 'annunciator', 'scorer', 'annunciator'] as const).map((service) =>
      place(() => station.startService(service), [service], 6),
    );
    const [ingest] = await Promise.all([ingests, ...services]);
    assert.ok(atWork >= 20);
    assertSameEvents(await station.finish(ingest), expected);
  });

  it('frozen for longer than their session, they change nothing when they wake', async () => {
    const station = await prepare('frozen');
    const random = SeededRandom.for(seed, 'freezes');
    let ingest = await station.startIngest('steady');
    const workers = [await station.startWorker(), await station.startWorker()] as const;
    for (const [frozen, other] of [workers, workers.toReversed()] as [CupolaProcess, CupolaProcess][]) {
      await station.atWork(frozen);
      await station.atWork(other);
      await sleep(random.between(0, 1000));
      const zombie = ingest;
      for (const process of [frozen, zombie]) process.signal('SIGSTOP');
      ingest = await station.startIngest('steady');
      await station.worksAlone(other);
      await ingest.said('"msg":"started"');
      for (const process of [frozen, zombie]) process.signal('SIGCONT');
      const { exitCode, stderr } = await zombie.ended;
      assert.equal(exitCode, 1);
      assert.match(stderr, /CUPOLA_WRITER_FENCED/);
    }
    assertSameEvents(await station.finish(ingest), expected);
    for (const { isAlive } of workers) assert.ok(isAlive);
  });

  it('added and removed under load, they hand over what they have', async () => {
    const station = await prepare('rebalanced');
    const random = SeededRandom.for(seed, 'members');
    const ingest = await station.startIngest('steady');
    const workers = [await station.startWorker()];
    for (const change of ['add', 'add', 'remove', 'add', 'remove', 'remove', 'add']) {
      await station.atWork(workers[0]!);
      await sleep(random.between(0, 2000));
      if (change === 'add') workers.push(await station.startWorker());
      else {
        const { exitCode, signal, stderr } = await workers.shift()!.kill('SIGTERM');
        assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: null }, stderr);
      }
    }
    assertSameEvents(await station.finish(ingest), expected);
  });

  it('outlive the broker, killed and started again', async () => {
    const station = await prepare('brokerless');
    const random = SeededRandom.for(seed, 'broker');
    const ingest = await station.startIngest('steady');
    const workers = [await station.startWorker(), await station.startWorker()];
    for (let kill = 0; kill < 2; kill++) {
      for (const worker of workers) await station.atWork(worker);
      await sleep(random.between(0, 2000));
      const [broker] = kafka.brokers;
      await broker!.kill();
      await sleep(random.between(0, 4000));
      await broker!.start();
    }
    for (const { isAlive } of [ingest, ...workers]) assert.ok(isAlive);
    assertSameEvents(await station.finish(ingest), expected);
  });
});
