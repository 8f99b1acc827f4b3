import { shareOut } from '../log/share-out.ts';

/** What a group needs of its members. */
export interface GroupMember {
  /** Works on one partition; returns soon after `revoked` aborts. Deals with its own failures: never rejects. */
  own(partition: number, revoked: AbortSignal): Promise<void>;
}

interface Ownership {
  readonly member: GroupMember;
  readonly revocation: AbortController;
  ended: Promise<void>;
}

/**
 * A consumer group of one topic in this process: each partition has one owner at a time.
 *
 * When the members change, what moves is revoked first, and handed over once its owner's `own` has returned.
 */
export class ConsumerGroup {
  readonly #partitions: number;
  readonly #owned = new Map<number, Ownership>();
  #members: readonly GroupMember[] = [];
  #settling: Promise<void> | null = null;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Partitions that a member owns, ascending, with those that it has yet to let go of. */
  partitionsOf(member: GroupMember): number[] {
    const mine = [...this.#owned].filter(([, ownership]) => ownership.member === member);
    return mine.map(([partition]) => partition).sort((a, b) => a - b);
  }

  /** Whether a member works on a partition. */
  isOwned(partition: number): boolean {
    return this.#owned.has(partition);
  }

  /** Resolves when the partitions that were free are assigned; others follow as their owners let go. */
  async add(member: GroupMember): Promise<void> {
    this.#members = [...this.#members, member];
    await this.#settled();
  }

  /** Revokes all that a member has; resolves when it has let go. */
  async remove(member: GroupMember): Promise<void> {
    this.#members = this.#members.filter((other) => other !== member);
    await this.#settled();
    await Promise.all(this.partitionsOf(member).map((partition) => this.#owned.get(partition)!.ended));
  }

  /** Takes all that a member has away at once, without waiting for it: its process is as good as dead. */
  expel(member: GroupMember): void {
    this.#members = this.#members.filter((other) => other !== member);
    for (const partition of this.partitionsOf(member)) {
      const ownership = this.#owned.get(partition)!;
      this.#owned.delete(partition);
      ownership.revocation.abort();
    }
    void this.#settled();
  }

  /** In a microtask, so that what happens within an abort listener never meets half-made changes. */
  async #settled(): Promise<void> {
    this.#settling ??= Promise.resolve().then(() => this.#settle());
    await this.#settling;
  }

  #settle(): void {
    this.#settling = null;
    const target = shareOut(this.#partitions, this.#members, (partition) => this.#owned.get(partition)?.member);
    for (let partition = 0; partition < this.#partitions; partition++) {
      const member = target.get(partition);
      const ownership = this.#owned.get(partition);
      if (ownership === undefined && member !== undefined) this.#start(partition, member);
      else if (ownership !== undefined && ownership.member !== member) ownership.revocation.abort();
    }
  }

  #start(partition: number, member: GroupMember): void {
    const ownership: Ownership = { member, revocation: new AbortController(), ended: Promise.resolve() };
    this.#owned.set(partition, ownership);
    ownership.ended = this.#hold(partition, ownership);
  }

  async #hold(partition: number, { member, revocation }: Ownership): Promise<void> {
    const revoked = new Promise((resolve) => revocation.signal.addEventListener('abort', resolve, { once: true }));
    await member.own(partition, revocation.signal);
    await revoked;
    if (this.#owned.get(partition)?.revocation !== revocation) return;
    this.#owned.delete(partition);
    void this.#settled();
  }
}
