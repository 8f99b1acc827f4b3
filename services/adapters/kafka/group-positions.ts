import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupPosition } from '../../../pipelines/ports.ts';
import { decodeAssignment } from './group-assignment.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Broker } from './kafkajs-cluster.ts';
import type { CommittedRange } from './partition-reader.ts';
import { stableOffsets } from './stable-offset.ts';

export interface GroupPlace {
  readonly groupId: string;
  readonly topic: string;
  /** Of every partition, in order. */
  readonly ranges: readonly CommittedRange[];
}

/** How long positions that are about to change are waited for. */
const settledWithinMs = 500;

/** How a group stands in a topic. Errors: those of the client. */
export async function groupPositions(
  client: KafkaClient,
  { groupId, topic, ranges }: GroupPlace,
): Promise<GroupPosition[]> {
  return client.asking(`looking at ${groupId}`, async () => {
    const coordinator = await client.coordinator('group', groupId);
    const owners = await ownersOf(coordinator, groupId, topic);
    const partitions = ranges.map((_, partition) => ({ partition }));
    await untilSettled(coordinator, { groupId, topic, ranges });
    const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] });
    const committed = new Map(responses[0]!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ranges.map(({ start, end }, partition) => {
      const found = committed.get(partition) ?? -1;
      const offset = found < 0 ? null : found;
      return { partition, offset, lag: Math.max(0, end - (offset ?? start)), member: owners.get(partition) ?? null };
    });
  });
}

/** Until what was committed is to be seen; but no longer than that, where a transaction stays open. */
async function untilSettled(coordinator: Broker, { groupId, topic, ranges }: GroupPlace): Promise<void> {
  const partitions = ranges.map((_, partition) => partition);
  const deadline = performance.now() + settledWithinMs;
  while (performance.now() < deadline) {
    const found = await stableOffsets(coordinator, groupId, { topic, partitions });
    if (!found.some(({ isUnstable }) => isUnstable)) return;
    await sleep(20);
  }
}

/** While the group gathers anew, nobody owns anything. */
async function ownersOf(coordinator: Broker, groupId: string, topic: string): Promise<Map<number, string>> {
  const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
  const members = groups[0]!.members.filter(({ memberAssignment }) => memberAssignment.length > 0);
  return new Map(
    members.flatMap(({ clientId, memberAssignment }) =>
      decodeAssignment(topic, memberAssignment).map((partition) => [partition, clientId] as const),
    ),
  );
}
