/**
 * Which member of a group owns which partition: evenly, moving as few as that takes.
 *
 * `ownerOf` tells who has a partition now. Members keep what they have up to their fair share; the rest goes to those
 * with least, the longest-standing member first. No members, no owners.
 */
export function shareOut<Member>(
  partitions: number,
  members: readonly Member[],
  ownerOf: (partition: number) => Member | undefined,
): Map<number, Member> {
  const target = new Map<number, Member>();
  if (members.length === 0) return target;
  const counts = new Map(members.map((member) => [member, 0]));
  const give = (partition: number, member: Member): void => {
    target.set(partition, member);
    counts.set(member, counts.get(member)! + 1);
  };
  const share = Math.floor(partitions / members.length);
  let larger = partitions % members.length;
  for (let partition = 0; partition < partitions; partition++) {
    const owner = ownerOf(partition);
    const count = owner === undefined ? undefined : counts.get(owner);
    if (count === undefined || count > share || (count === share && larger === 0)) continue;
    if (count === share) larger--;
    give(partition, owner!);
  }
  for (let partition = 0; partition < partitions; partition++) {
    if (!target.has(partition)) give(partition, leastLaden(members, counts));
  }
  return target;
}

function leastLaden<Member>(members: readonly Member[], counts: ReadonlyMap<Member, number>): Member {
  return members.reduce((least, member) => (counts.get(member)! < counts.get(least)! ? member : least));
}
