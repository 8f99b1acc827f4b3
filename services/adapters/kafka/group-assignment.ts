import { Buffer } from 'node:buffer';
import kafkajs from 'kafkajs';
import { shareOut } from '../log/share-out.ts';
import type { JoinedGroup } from './kafkajs-cluster.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

/** The name under which members agree on how partitions are shared out. */
export const assignmentProtocol = 'cupola-sticky';

const version = 1;

/** What a member tells the group when it joins: its topic, and the partitions that it has now. */
export function encodeMember(topic: string, owned: readonly number[]): Buffer {
  return MemberMetadata.encode({ version, topics: [topic], userData: Buffer.from(JSON.stringify(owned)) });
}

/** Partitions of a topic that the group gives to a member. */
export function decodeAssignment(topic: string, assignment: Buffer): number[] {
  return (MemberAssignment.decode(assignment)?.assignment[topic] ?? []).sort((a, b) => a - b);
}

/**
 * What the leader of a group gives to each member: its fair share, less what another still has. That one learns by its
 * own share what it must let go of, and joins again when it has; so a partition is never given away under its owner, and
 * what need not move is not disturbed.
 */
export function shareOutTopic(
  topic: string,
  partitions: number,
  members: JoinedGroup['members'],
): { memberId: string; memberAssignment: Buffer }[] {
  const owners = new Map<number, string>();
  for (const { memberId, memberMetadata } of members) {
    for (const partition of ownedPartitions(memberMetadata)) owners.set(partition, memberId);
  }
  const ids = members.map(({ memberId }) => memberId).sort();
  const target = shareOut(partitions, ids, (partition) => owners.get(partition));
  return ids.map((memberId) => {
    const share = [...target].filter(
      ([partition, owner]) => owner === memberId && (owners.get(partition) ?? memberId) === memberId,
    );
    const assignment = { [topic]: share.map(([partition]) => partition) };
    return { memberId, memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }) };
  });
}

function ownedPartitions(memberMetadata: Buffer): number[] {
  const userData = MemberMetadata.decode(memberMetadata)?.userData;
  return userData && userData.length > 0 ? (JSON.parse(userData.toString()) as number[]) : [];
}
