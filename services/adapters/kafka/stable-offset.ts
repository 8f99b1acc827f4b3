import {
  askFlexibly,
  bool,
  compactArray,
  compactString,
  int32,
  refuseError,
  unstableOffsetCommit,
  type FlexibleFields,
} from './flexible-request.ts';
import type { Broker, TopicPartition } from './kafkajs-cluster.ts';

/** A group's position in a partition. */
export interface StableOffset {
  readonly partition: number;
  /** -1 where it has none. */
  readonly offset: number;
  /** Whether a transaction that was begun, or decided, is about to change it. */
  readonly isUnstable: boolean;
}

const noTags = Buffer.from([0]);

export interface GroupPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** As stableOffsets, in one partition. */
export async function stableOffset(
  coordinator: Broker,
  groupId: string,
  { topic, partition }: TopicPartition,
): Promise<StableOffset> {
  const [found] = await stableOffsets(coordinator, groupId, { topic, partitions: [partition] });
  return found ?? { partition, offset: -1, isUnstable: false };
}

/**
 * A group's positions, and whether they are final: one of a transaction that has been decided, but whose marker is not
 * written yet, would be read as it was before. (kafkajs' own request cannot ask for that.)
 *
 * Source: OffsetFetch, version 7 (KIP-447), https://kafka.apache.org/protocol. Asked of the group's coordinator.
 */
export function stableOffsets(
  coordinator: Broker,
  groupId: string,
  { topic, partitions }: GroupPartitions,
): Promise<StableOffset[]> {
  const topics = [Buffer.concat([compactString(topic), compactArray(partitions.map(int32)), noTags])];
  return askFlexibly(coordinator, {
    apiKey: 9,
    apiVersion: 7,
    apiName: 'OffsetFetch',
    fields: [compactString(groupId), compactArray(topics), bool(true)],
    read(fields) {
      // Throttle time.
      fields.int32();
      const found = fields.compactArray(() => readTopic(fields)).flat();
      refuseError(fields.int16());
      return found;
    },
  });
}

function readTopic(fields: FlexibleFields): StableOffset[] {
  fields.compactString();
  const partitions = fields.compactArray(() => {
    const partition = fields.int32();
    const offset = Number(fields.int64());
    // The leader's epoch, and metadata.
    fields.int32();
    fields.compactString();
    const error = fields.int16();
    fields.tags();
    if (error !== unstableOffsetCommit) refuseError(error);
    return { partition, offset, isUnstable: error === unstableOffsetCommit };
  });
  fields.tags();
  return partitions;
}
