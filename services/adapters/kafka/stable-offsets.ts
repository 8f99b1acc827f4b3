import {
  askFlexibly,
  bool,
  compactArray,
  compactString,
  int32,
  nullArray,
  refuseError,
  unstableOffsetCommit,
  type FlexibleFields,
} from './flexible-request.ts';
import type { Broker, TopicPartition } from './kafkajs-cluster.ts';

/** A group's position in a partition; -1 where it has none. */
export interface StableOffset extends TopicPartition {
  readonly offset: number;
  /** Whether a transaction is about to change it. */
  readonly isUnstable: boolean;
}

const noTags = Buffer.from([0]);

/**
 * A group's positions, one or all, and whether they are final: a position of a transaction that has been decided, but
 * whose marker is not written yet, would be read as it was before. (kafkajs' own request cannot ask for that.)
 *
 * Source: OffsetFetch, version 7 (KIP-447), https://kafka.apache.org/protocol. Asked of the group's coordinator.
 */
export function stableOffsets(
  coordinator: Broker,
  groupId: string,
  of: TopicPartition | null,
): Promise<StableOffset[]> {
  const topics = of
    ? compactArray([Buffer.concat([compactString(of.topic), compactArray([int32(of.partition)]), noTags])])
    : nullArray;
  return askFlexibly(coordinator, {
    apiKey: 9,
    apiVersion: 7,
    apiName: 'OffsetFetch',
    fields: [compactString(groupId), topics, bool(true)],
    read(fields) {
      // Throttle time.
      fields.int32();
      const offsets = fields.compactArray(() => readTopic(fields)).flat();
      refuseError(fields.int16());
      return offsets;
    },
  });
}

function readTopic(fields: FlexibleFields): StableOffset[] {
  const topic = fields.compactString()!;
  const partitions = fields.compactArray(() => {
    const partition = fields.int32();
    const offset = Number(fields.int64());
    // The leader's epoch, and metadata.
    fields.int32();
    fields.compactString();
    const error = fields.int16();
    fields.tags();
    if (error !== unstableOffsetCommit) refuseError(error);
    return { topic, partition, offset, isUnstable: error === unstableOffsetCommit };
  });
  fields.tags();
  return partitions;
}
