import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GroupPosition, Log } from '../../../pipelines/ports.ts';
import { topics } from '../../../pipelines/topics.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { KafkaClient } from '../../../services/adapters/kafka/kafka-client.ts';
import { openKafkaLog } from '../../../services/adapters/kafka/kafka-log.ts';
import type { Broker } from '../../../services/adapters/kafka/kafkajs-cluster.ts';
import { TopicNames } from '../../../services/adapters/kafka/topic-names.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { AlternativeModels } from '../alternative-models.ts';
import { CupolaProcess } from '../cupola-process.ts';
import { committedEvents, type CommittedEvents } from '../run-outcome.ts';
import { stationCommands, stationConfig, stationDuration, stationPartitions } from '../station-scenario.ts';
import { until } from './until.ts';

/** Station seconds in a second: so slow that there is work for as long as a test needs it, or as fast as it goes. */
const speeds = { slow: 5, steady: 25, full: 1_000_000 } as const;
export type Speed = keyof typeof speeds;

/** Station time of telemetry after its first orbit. */
export const clusterLiveSeconds = 1500;

/** Shorter than brokers take, unless they are set otherwise. */
const sessionTimeoutMs = 2000;
export const brokerProperties = { 'group.min.session.timeout.ms': 1000 };

const finishesWithinMs = 90_000;
/** To who looks on, a broker that takes longer than this to answer is frozen. */
const requestTimeoutMs = 3000;
const stages = [
  { group: 'scorer', topic: topics.telemetry.name },
  { group: 'annunciator', topic: topics.scores.name },
] as const;

/** One station on Kafka's brokers, with topics, groups and models of its own, and processes that share the work on it. */
export class StationCluster {
  readonly #folder: string;
  readonly #brokers: readonly string[];
  readonly #prefix: string;
  readonly #names: TopicNames;
  /** To look on. */
  readonly #log: Log;
  readonly #processes: CupolaProcess[] = [];
  #folders = 0;

  private constructor(folder: string, brokers: readonly string[], prefix: string, log: Log) {
    this.#folder = folder;
    this.#brokers = brokers;
    this.#prefix = prefix;
    this.#names = new TopicNames(prefix);
    this.#log = log;
  }

  /** Prepares all that a run needs but its processes: topics, models to switch to, and commands that ask for them. */
  static async in(
    folder: string,
    brokers: readonly string[],
    models: AlternativeModels,
    replicationFactor = 1,
  ): Promise<StationCluster> {
    const prefix = `${folder.split('/').at(-1)}.`;
    const log = await openKafkaLog({
      brokers,
      prefix,
      partitions: stationPartitions,
      replicationFactor,
      requestTimeoutMs,
    });
    await log.ensureTopics(Object.values(topics));
    const versions = await models.store(new FileBundleStore(join(folder, 'models'), systemClock));
    await log.append(stationCommands(versions, clusterLiveSeconds));
    return new StationCluster(folder, brokers, prefix, log);
  }

  /** Starts a process that scores and judges. */
  startWorker(): Promise<CupolaProcess> {
    return this.#start(['scorer', 'annunciator'], 'steady');
  }

  /** Starts a process of one of these services alone. */
  startService(service: 'scorer' | 'annunciator'): Promise<CupolaProcess> {
    return this.#start([service], 'steady');
  }

  /** Starts the process that brings telemetry, or goes on with it. It ends by itself after the last of it. */
  startIngest(speed: Speed): Promise<CupolaProcess> {
    return this.#start(['ingest'], speed, '--duration', stationDuration(clusterLiveSeconds, speeds[speed]), '--json');
  }

  /** Resolves once a process works on some partition of each stage that it is named with. */
  async atWork(process: CupolaProcess, groups: readonly string[] = stages.map(({ group }) => group)): Promise<void> {
    const positions = (group: string, topic: string) => this.#log.groupPositions(group, topic);
    await until(`process ${process.pid} owns a partition of ${groups.join(' and ')}`, async () => {
      if (!process.isAlive) throw new Error(`it ended: ${(await process.ended).stderr}`);
      for (const { group, topic } of stages)
        if (groups.includes(group) && !(await positions(group, topic)).some((position) => isOf(position, process)))
          return false;
      return true;
    });
  }

  /** Resolves once every partition of every stage is a process' own. */
  async worksAlone(process: CupolaProcess): Promise<void> {
    await until(`process ${process.pid} owns every partition`, async () => {
      for (const { group, topic } of stages)
        if (!(await this.#log.groupPositions(group, topic)).every((position) => isOf(position, process))) return false;
      return true;
    });
  }

  /** The scorer's position in each partition. */
  async scored(): Promise<number[]> {
    const positions = await this.#log.groupPositions('scorer', topics.telemetry.name);
    return positions.map(({ offset }) => offset ?? 0);
  }

  /** The id of the broker that leads a partition of the scorer's output. */
  scoresLeader(partition: number): Promise<number> {
    const topic = this.#names.topic(topics.scores.name);
    return nodeId(this.#brokers, (client) => client.leader(topic, partition));
  }

  /** The id of the broker that coordinates the scorer's transactions in a partition. */
  scorerCoordinator(partition: number): Promise<number> {
    const names = this.#names;
    const id = `${names.group('scorer')}-${names.topic(topics.telemetry.name)}-${partition}`;
    return nodeId(this.#brokers, (client) => client.coordinator('transaction', id));
  }

  /** Lets the telemetry come to its end at full speed, and returns what was committed when all of it is scored and judged. */
  async finish(ingest: CupolaProcess): Promise<CommittedEvents> {
    await ingest.kill('SIGTERM');
    const last = await this.startIngest('full');
    const { exitCode, stderr } = await last.ended;
    if (exitCode !== 0) throw new Error(`ingest failed: ${stderr}`);
    // The scorer's first: once it has read all, what it wrote is all that there will be to judge.
    for (const { group, topic } of stages) {
      await until(
        `${group} has no lag`,
        async () => (await this.#log.groupPositions(group, topic)).every(({ lag }) => lag === 0),
        finishesWithinMs,
      );
    }
    return committedEvents(this.#log);
  }

  /** Ends whatever runs. */
  async end(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill('SIGKILL')));
    await this.#log.close();
  }

  /** Each process has a folder of its own; all share the models. */
  async #start(services: readonly string[], speed: Speed, ...options: string[]): Promise<CupolaProcess> {
    const folder = join(this.#folder, `process-${++this.#folders}`);
    const { log, ...config } = stationConfig(speeds[speed]);
    const kafka = { ...log, kind: 'kafka', brokers: this.#brokers, prefix: this.#prefix, sessionTimeoutMs };
    await mkdir(folder);
    await writeFile(
      join(folder, 'cupola.yaml'),
      JSON.stringify({ ...config, dataDir: 'data', modelsDir: join(this.#folder, 'models'), log: kafka, services }),
    );
    const process = new CupolaProcess(folder, 'start', ...options);
    this.#processes.push(process);
    return process;
  }
}

/** Which broker it is that a client, which knows nothing yet, finds. */
async function nodeId(brokers: readonly string[], find: (client: KafkaClient) => Promise<Broker>): Promise<number> {
  const client = new KafkaClient({ brokers, clientId: 'onlooker', patienceMs: 30_000, requestTimeoutMs });
  try {
    return (await client.asking('looking for a broker', () => find(client))).nodeId;
  } finally {
    client.close();
  }
}

function isOf({ member }: GroupPosition, { pid }: CupolaProcess): boolean {
  return member?.endsWith(`-${pid}`) ?? false;
}
