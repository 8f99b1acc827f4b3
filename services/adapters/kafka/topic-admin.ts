import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ConfigSource } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { TopicSpec } from '../../../pipelines/topics.ts';
import { invalid } from '../log/invalid-request.ts';
import { cupolaError, errorType, isPassing } from './kafka-errors.ts';
import { openCluster, type KafkaConnection, type OpenedCluster } from './kafkajs-cluster.ts';
import type { TopicNames } from './topic-names.ts';

/** A topic as it should be on the brokers. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** A topic as it is, with what was set for it alone. */
export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
  /** What is in force, whoever set it. */
  readonly configs: ReadonlyMap<string, string>;
  /** Which of them were set for this topic. */
  readonly own: ReadonlySet<string>;
}

const requestTimeoutMs = 30_000;
const knownWithinMs = 30_000;
/** Where a value comes from: set for the topic itself, rather than for the broker or by default. */
const setForTopic: ConfigSource = kafkajs.ConfigSource.TOPIC_CONFIG;

/** What of a specification the brokers are told: what they delete, and when. */
export function wantedTopic(spec: TopicSpec, names: TopicNames, keyedPartitions: number): WantedTopic {
  return {
    name: names.topic(spec.name),
    partitions: spec.partitioning === 'keyed' ? keyedPartitions : 1,
    configs: {
      'cleanup.policy': spec.compacted ? 'compact' : 'delete',
      'retention.ms': String(spec.retentionMs ?? -1),
    },
  };
}

/** What a topic gets beside, when it is created: room for the snapshot of a large stream. */
const atCreation = { 'max.message.bytes': String(16 << 20) };

/** Looks at topics, creates and changes them. */
export class TopicAdmin {
  readonly #admin: Admin;
  readonly #replicationFactor: number;
  readonly #opened: OpenedCluster;

  constructor(connection: KafkaConnection, replicationFactor: number) {
    this.#opened = openCluster(connection, requestTimeoutMs);
    this.#admin = this.#opened.kafka.admin();
    this.#replicationFactor = replicationFactor;
  }

  /** How many partitions those of the names have that there are. */
  async partitions(names: readonly string[]): Promise<Map<string, number>> {
    return this.#asking('looking at topics', async () => {
      const all = new Set(await this.#admin.listTopics());
      const existing = names.filter((name) => all.has(name));
      if (existing.length === 0) return new Map();
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: existing });
      return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    });
  }

  /** Those of the names that there are. It takes a right of its own to see what is set for them. */
  async find(names: readonly string[]): Promise<FoundTopic[]> {
    const existing = await this.partitions(names);
    if (existing.size === 0) return [];
    return this.#asking(`looking at what is set for topics ${[...existing.keys()].join(', ')}`, async () => {
      const { resources } = await this.#admin.describeConfigs({
        includeSynonyms: false,
        resources: [...existing.keys()].map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
      });
      return [...existing].map(([name, partitions]) => {
        const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
        return {
          name,
          partitions,
          configs: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
          own: new Set(
            entries.filter((entry) => entry.configSource === setForTopic).map(({ configName }) => configName),
          ),
        };
      });
    });
  }

  /** Creates topics; one that somebody else creates at the same time is left as it is. */
  async create(topics: readonly WantedTopic[]): Promise<void> {
    if (topics.length === 0) return;
    const request = topics.map(({ name, partitions, configs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: this.#replicationFactor,
      configEntries: Object.entries({ ...atCreation, ...configs }).map(([name, value]) => ({ name, value })),
    }));
    await this.#asking(`creating topics ${topics.map(({ name }) => name).join(', ')}`, async () => {
      try {
        await this.#admin.createTopics({ topics: request, waitForLeaders: false });
      } catch (error) {
        await this.#refuseReplication(error);
        throw error;
      }
      await this.#known(topics.map(({ name }) => name));
    });
  }

  /** Sets configurations of a topic; whatever else was set for it stays. */
  async change({ name, configs, own }: FoundTopic, changes: Readonly<Record<string, string>>): Promise<void> {
    // Kafka's older request, which kafkajs has, forgets what it is not told.
    const kept = [...own].map((config) => [config, configs.get(config)!] as const);
    const entries = Object.entries({ ...Object.fromEntries(kept), ...changes });
    await this.#asking(`changing topic ${name}`, () =>
      this.#admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name,
            configEntries: entries.map(([config, value]) => ({ name: config, value })),
          },
        ],
      }),
    );
    await this.#isSet(name, changes);
  }

  close(): void {
    this.#opened.disconnect();
  }

  async #asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      await this.#admin.connect();
      return await ask();
    } catch (error) {
      throw cupolaError(error, doing);
    }
  }

  /** Waits until what the controllers have acknowledged is to be seen at the brokers. */
  async #isSet(name: string, changes: Readonly<Record<string, string>>): Promise<void> {
    const deadline = performance.now() + knownWithinMs;
    while (performance.now() < deadline) {
      const [topic] = await this.find([name]);
      if (Object.entries(changes).every(([config, value]) => topic?.configs.get(config) === value)) return;
      await sleep(20);
    }
  }

  /** Waits until every broker knows topics and their leaders: each hears of new ones by itself. */
  async #known(names: readonly string[]): Promise<void> {
    const { cluster } = this.#opened;
    await cluster.connect();
    await cluster.refreshMetadata();
    const deadline = performance.now() + knownWithinMs;
    for (const nodeId of cluster.getNodeIds()) {
      const broker = await cluster.findBroker({ nodeId });
      const isKnown = (): Promise<boolean> =>
        broker.metadata(names).then(
          () => true,
          (error: unknown) => {
            if (!isPassing(error) || performance.now() > deadline) throw error;
            return false;
          },
        );
      while (!(await isKnown())) await sleep(20);
    }
  }

  async #refuseReplication(error: unknown): Promise<void> {
    const inner = (error as { errors?: unknown[] }).errors?.[0] ?? error;
    if (errorType(inner) !== 'INVALID_REPLICATION_FACTOR') return;
    const { brokers } = await this.#admin.describeCluster();
    throw invalid('replicationFactor', this.#replicationFactor, `at most the number of brokers, ${brokers.length}`);
  }
}
