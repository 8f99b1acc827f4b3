import type { TopicSpec } from '../../../pipelines/topics.ts';
import { wantedTopic, TopicAdmin, type FoundTopic, type WantedTopic } from './topic-admin.ts';
import { TopicNames } from './topic-names.ts';
import type { KafkaConnection } from './kafkajs-cluster.ts';

/** A configuration of a topic that is not as the topic table has it. */
export interface ConfigChange {
  readonly config: string;
  readonly found: string | null;
  readonly wanted: string;
}

/** What is to be done about a topic. */
export interface PlannedTopic {
  readonly topic: string;
  /** `decide`: nothing can be done about a count of partitions without moving keys; people decide. */
  readonly action: 'create' | 'change' | 'decide' | 'none';
  /** As found, or as to be created. */
  readonly partitions: number;
  readonly wantedPartitions: number;
  readonly changes: readonly ConfigChange[];
}

export interface TopicPlanOptions extends KafkaConnection {
  readonly prefix: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/**
 * Holds the brokers' topics against specifications: partitions, retention and compaction, and nothing else. Given
 * `apply`, creates what is missing and sets what differs; what a topic has beside is left alone, and so is every other
 * topic. Returns what was to be done before.
 *
 * Errors: CUPOLA_LOG_UNREACHABLE, CUPOLA_LOG_ACCESS_REFUSED, CUPOLA_LOG_REQUEST_INVALID (more replicas than brokers).
 */
export async function planTopics(
  specs: readonly TopicSpec[],
  options: TopicPlanOptions,
  apply: boolean,
): Promise<PlannedTopic[]> {
  const names = new TopicNames(options.prefix);
  const admin = new TopicAdmin(options, options.replicationFactor);
  try {
    const wanted = specs.map((spec) => wantedTopic(spec, names, options.partitions));
    const found = new Map((await admin.find(wanted.map(({ name }) => name))).map((topic) => [topic.name, topic]));
    const plan = wanted.map((topic) => planTopic(topic, found.get(topic.name)));
    if (apply) await applyPlan(admin, plan, wanted, found);
    return plan;
  } finally {
    admin.close();
  }
}

function planTopic({ name, partitions, configs }: WantedTopic, found: FoundTopic | undefined): PlannedTopic {
  const about = { topic: name, partitions: found?.partitions ?? partitions, wantedPartitions: partitions };
  if (!found) return { ...about, action: 'create', changes: [] };
  const changes = Object.entries(configs)
    .map(([config, wanted]) => ({ config, found: found.configs.get(config) ?? null, wanted }))
    .filter((change) => change.found !== change.wanted);
  if (changes.length > 0) return { ...about, action: 'change', changes };
  return { ...about, action: found.partitions === partitions ? 'none' : 'decide', changes };
}

async function applyPlan(
  admin: TopicAdmin,
  plan: readonly PlannedTopic[],
  wanted: readonly WantedTopic[],
  found: ReadonlyMap<string, FoundTopic>,
): Promise<void> {
  await admin.create(wanted.filter(({ name }) => !found.has(name)));
  for (const { topic, changes } of plan) {
    if (changes.length === 0) continue;
    const sets = Object.fromEntries(changes.map((change) => [change.config, change.wanted]));
    await admin.change(found.get(topic)!, sets);
  }
}
