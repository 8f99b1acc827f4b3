import { performance } from 'node:perf_hooks';
import { CupolaError } from '../../../pipelines/errors.ts';
import { assignmentProtocol, decodeAssignment, encodeMember, shareOutTopic } from './group-assignment.ts';
import { KafkaClient, type KafkaClientOptions } from './kafka-client.ts';
import { cupolaError, errorType, isPassing } from './kafka-errors.ts';
import { refuseError, unstableOffsetCommit } from './flexible-request.ts';
import type { Broker } from './kafkajs-cluster.ts';
import { stableOffset } from './stable-offset.ts';

export interface GroupSessionOptions extends KafkaClientOptions {
  /** After so long without a heartbeat, the group takes a member for dead. */
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

/** `rebalancing`: the group waits for this member to join again. `lost`: it goes on without it. */
export type HeartbeatAnswer = 'stable' | 'rebalancing' | 'lost';

const lost = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

/** One member's side of Kafka's group protocol, for one topic. */
export class GroupSession {
  readonly #options: GroupSessionOptions;
  readonly #groupId: string;
  readonly #topic: string;
  /** Joining waits for all other members, and with it all that uses the same connection. */
  readonly #joining: KafkaClient;
  readonly #client: KafkaClient;
  #memberId = '';
  #generationId = -1;
  #heardAtMs = -Infinity;
  /** While the group gathers, it takes who has joined to be alive. */
  #isJoining = false;

  constructor(options: GroupSessionOptions, groupId: string, topic: string) {
    this.#options = options;
    this.#groupId = groupId;
    this.#topic = topic;
    this.#joining = new KafkaClient(options);
    this.#client = new KafkaClient(options);
  }

  /** Whether the group can still take this member to be alive: by this process' own clock, whatever it missed. */
  get isAlive(): boolean {
    return this.#isJoining || performance.now() - this.#heardAtMs < this.#options.sessionTimeoutMs;
  }

  /**
   * Joins, or joins again, and returns the partitions that are this member's from now on. `owned` are those that it has
   * until then; they stay its own where they are among those returned.
   *
   * Returns null where the group no longer knew this member: what it owned is no longer its own.
   */
  async join(owned: readonly number[], signal: AbortSignal): Promise<number[] | null> {
    for (;;) {
      try {
        this.#isJoining = true;
        return await this.#join(owned, signal);
      } catch (error) {
        const type = errorType((error as CupolaError).subject?.cause ?? error);
        if (type === 'REBALANCE_IN_PROGRESS') continue;
        if (type === null || !lost.has(type)) throw error;
        this.#forget();
        if (owned.length > 0) return null;
      } finally {
        this.#isJoining = false;
      }
    }
  }

  async heartbeat(): Promise<HeartbeatAnswer> {
    try {
      const at = performance.now();
      const coordinator = await this.#client.coordinator('group', this.#groupId);
      await coordinator.heartbeat({ ...this.#member, groupGenerationId: this.#generationId });
      this.#heardAtMs = at;
      return 'stable';
    } catch (error) {
      return await this.#judge(error);
    }
  }

  /** The group's committed position in a partition; null where it has none. */
  async committedOffset(topic: string, partition: number): Promise<number | null> {
    const offset = await this.#asking(
      `looking for positions of ${this.#groupId}`,
      this.#client,
      async (coordinator) => {
        const found = await stableOffset(coordinator, this.#groupId, { topic, partition });
        if (found.isUnstable) refuseError(unstableOffsetCommit);
        return found.offset;
      },
    );
    return offset < 0 ? null : offset;
  }

  /** Whether a transaction has yet to change the position in a partition of the group's own topic. */
  async isUnsettled(partition: number): Promise<boolean> {
    const place = { topic: this.#topic, partition };
    const found = await this.#asking(`looking for positions of ${this.#groupId}`, this.#client, (coordinator) =>
      stableOffset(coordinator, this.#groupId, place),
    );
    return found.isUnstable;
  }

  /** Tells the group, if it can be told soon; the group finds out by itself when the session times out. */
  async leave(): Promise<void> {
    const { memberId } = this.#member;
    const leaving = AbortSignal.timeout(1000);
    if (memberId !== '')
      await this.#asking('leaving', this.#client, (coordinator) => coordinator.leaveGroup(this.#member), leaving).catch(
        () => undefined,
      );
    this.#heardAtMs = -Infinity;
    this.#joining.close();
    this.#client.close();
  }

  get #member(): { readonly groupId: string; readonly memberId: string } {
    return { groupId: this.#groupId, memberId: this.#memberId };
  }

  async #join(owned: readonly number[], signal: AbortSignal): Promise<number[]> {
    const { sessionTimeoutMs: sessionTimeout, rebalanceTimeoutMs: rebalanceTimeout } = this.#options;
    const groupProtocols = [{ name: assignmentProtocol, metadata: encodeMember(this.#topic, owned) }];
    const join = (coordinator: Broker) =>
      coordinator.joinGroup({ ...this.#member, sessionTimeout, rebalanceTimeout, groupProtocols });
    const joined = await this.#asking(`joining ${this.#groupId}`, this.#joining, join, signal);
    this.#memberId = joined.memberId;
    this.#generationId = joined.generationId;
    const isLeader = joined.leaderId === joined.memberId;
    const groupAssignment = isLeader
      ? shareOutTopic(this.#topic, await this.#client.partitions(this.#topic), joined.members)
      : [];
    const at = performance.now();
    const sync = (coordinator: Broker) =>
      coordinator.syncGroup({ ...this.#member, generationId: joined.generationId, groupAssignment });
    const { memberAssignment } = await this.#asking(`joining ${this.#groupId}`, this.#joining, sync, signal);
    this.#heardAtMs = at;
    return decodeAssignment(this.#topic, memberAssignment);
  }

  #asking<T>(
    doing: string,
    client: KafkaClient,
    ask: (coordinator: Broker) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return client.asking(doing, async () => ask(await client.coordinator('group', this.#groupId)), signal);
  }

  async #judge(error: unknown): Promise<HeartbeatAnswer> {
    const type = errorType(error);
    if (type === 'REBALANCE_IN_PROGRESS') {
      this.#heardAtMs = performance.now();
      return 'rebalancing';
    }
    if (type !== null && lost.has(type)) {
      this.#forget();
      return 'lost';
    }
    if (!isPassing(error)) throw cupolaError(error, `staying in ${this.#groupId}`);
    await this.#client.lookAnew(error);
    return this.isAlive ? 'stable' : 'lost';
  }

  #forget(): void {
    this.#memberId = '';
    this.#generationId = -1;
    this.#heardAtMs = -Infinity;
  }
}
