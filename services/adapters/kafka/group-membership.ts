import { setTimeout as sleep } from 'node:timers/promises';
import { CupolaError, type ErrorCode } from '../../../pipelines/errors.ts';
import type { Assignment, GroupMembership, GroupRequest, LogTransaction } from '../../../pipelines/ports.ts';
import { invalid } from '../log/invalid-request.ts';
import { GroupSession, type GroupSessionOptions } from './group-session.ts';
import { KafkaWriter, type KafkaWriterOptions } from './kafka-writer.ts';
import type { TopicNames } from './topic-names.ts';
import type { GroupOffsets } from './transactional-producer.ts';

export interface GroupMembershipOptions extends GroupSessionOptions, KafkaWriterOptions {
  readonly heartbeatIntervalMs: number;
  readonly names: TopicNames;
  /** Hears why a partition's run is begun anew. */
  readonly report: (error: CupolaError) => void;
}

interface Ownership {
  readonly revocation: AbortController;
  readonly ended: Promise<void>;
}

/** What ends a run, but not what it was for: begun anew, it goes on from what is committed. */
const begunAnew: readonly ErrorCode[] = ['CUPOLA_WRITER_FENCED', 'CUPOLA_COMMIT_UNCERTAIN', 'CUPOLA_LOG_UNREACHABLE'];

/**
 * Membership of one of Kafka's consumer groups: has the request's `run` work on each partition that the group gives to
 * this member, and joins the group again only when what moves away has been let go of.
 */
export class KafkaMembership implements GroupMembership {
  readonly finished: Promise<void>;
  /** Resolves with the first assignment; rejects where the group cannot be joined. */
  readonly joined: Promise<void>;
  readonly #options: GroupMembershipOptions;
  readonly #request: GroupRequest;
  readonly #session: GroupSession;
  readonly #owned = new Map<number, Ownership>();
  readonly #finished = Promise.withResolvers<void>();
  readonly #joined = Promise.withResolvers<void>();
  readonly #leaving = new AbortController();
  readonly #live: Promise<void>;
  #wasMember = false;

  constructor(options: GroupMembershipOptions, request: GroupRequest) {
    this.#options = options;
    this.#request = request;
    this.#session = new GroupSession(options, options.names.group(request.group), options.names.topic(request.topic));
    this.finished = this.#finished.promise;
    this.finished.catch(() => undefined);
    this.joined = this.#joined.promise;
    this.#live = this.#stayMember();
  }

  partitions(): readonly number[] {
    return [...this.#owned.keys()].sort((a, b) => a - b);
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#live;
    await this.#release([...this.#owned.keys()]);
    await this.#session.leave();
    this.#finished.resolve();
  }

  /** Lets go of everything at once, without waiting for any run. */
  async expire(): Promise<void> {
    this.#leaving.abort();
    for (const { revocation } of this.#owned.values()) revocation.abort();
    this.#owned.clear();
    await this.#session.leave();
    this.#finished.resolve();
  }

  /** Once it was a member, it stays one however long brokers are away. */
  async #stayMember(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      try {
        await this.#generation();
      } catch (error) {
        if (this.#leaving.signal.aborted) break;
        if (!this.#wasMember || !isCupolaError(error, ['CUPOLA_LOG_UNREACHABLE'])) return this.#fail(error);
        this.#options.report(error);
      }
    }
    this.#joined.resolve();
  }

  /** From one joining to the next. */
  async #generation(): Promise<void> {
    const assigned = await this.#session.join(this.partitions(), this.#leaving.signal);
    if (this.#leaving.signal.aborted) return;
    if (assigned === null) return this.#release(this.partitions());
    for (const partition of assigned) if (!this.#owned.has(partition)) this.#start(partition);
    this.#wasMember = true;
    this.#joined.resolve();
    const moving = this.partitions().filter((partition) => !assigned.includes(partition));
    let isReleased = false;
    const released = this.#release(moving).then(() => (isReleased = true));
    for (;;) {
      await this.#untilNextHeartbeat(moving.length > 0 ? released : null);
      if (this.#leaving.signal.aborted || (moving.length > 0 && isReleased)) return;
      const answer = await this.#session.heartbeat();
      if (answer === 'lost') return this.#release(this.partitions());
      if (answer === 'rebalancing' && isReleased) return;
    }
  }

  async #untilNextHeartbeat(sooner: Promise<unknown> | null): Promise<void> {
    const { signal } = this.#leaving;
    const waiting = new AbortController();
    const until = sleep(this.#options.heartbeatIntervalMs, undefined, {
      signal: AbortSignal.any([signal, waiting.signal]),
    });
    await Promise.race([until.catch(() => undefined), ...(sooner ? [sooner] : [])]);
    waiting.abort();
  }

  #start(partition: number): void {
    const revocation = new AbortController();
    this.#owned.set(partition, { revocation, ended: this.#own(partition, revocation.signal) });
  }

  /** Revokes, and forgets once the runs have returned. */
  async #release(partitions: readonly number[]): Promise<void> {
    const released = partitions.map((partition) => [partition, this.#owned.get(partition)!] as const);
    for (const [, { revocation }] of released) revocation.abort();
    await Promise.all(released.map(([, { ended }]) => ended));
    for (const [partition] of released) this.#owned.delete(partition);
  }

  /** Deals with its own failures: never rejects. */
  async #own(partition: number, revoked: AbortSignal): Promise<void> {
    while (!revoked.aborted) {
      try {
        return await this.#run(partition, revoked);
      } catch (error) {
        if (isHandOver(error, revoked)) return;
        if (!isCupolaError(error, begunAnew)) return this.#fail(error);
        this.#options.report(error);
        // Long enough for the group to tell, where the partition has gone to another member.
        await sleep(2 * this.#options.heartbeatIntervalMs, undefined, { signal: revoked }).catch(() => undefined);
      }
    }
  }

  async #run(partition: number, revoked: AbortSignal): Promise<void> {
    const { group, topic } = this.#request;
    const { names } = this.#options;
    const id = `${names.group(group)}-${names.topic(topic)}-${partition}`;
    const assignment = new KafkaAssignment(this.#options, id, {
      groupId: names.group(group),
      partition,
      revoked,
      session: this.#session,
    });
    try {
      await assignment.opened();
      await this.#request.run(assignment);
    } finally {
      await assignment.close();
    }
  }

  #fail(failure: unknown): void {
    this.#finished.reject(failure);
    this.#joined.reject(failure);
    this.joined.catch(() => undefined);
    void this.leave();
  }
}

interface Owned {
  readonly groupId: string;
  readonly partition: number;
  readonly revoked: AbortSignal;
  readonly session: GroupSession;
}

/**
 * The writer of one partition of a group, with a transactional id of its own: whoever owns the partition next fences
 * this one, even where it knows nothing of that.
 */
class KafkaAssignment extends KafkaWriter implements Assignment {
  readonly partition: number;
  readonly revoked: AbortSignal;
  readonly #names: TopicNames;
  readonly #owned: Owned;
  /** Positions committed here: a broker may tell of them some milliseconds late. */
  readonly #committed = new Map<string, number>();

  constructor(options: GroupMembershipOptions, transactionalId: string, owned: Owned) {
    super(options, transactionalId);
    this.#names = options.names;
    this.#owned = owned;
    this.partition = owned.partition;
    this.revoked = owned.revoked;
  }

  async committedOffset(topic: string): Promise<number | null> {
    const name = this.#names.topic(topic);
    return this.#committed.get(name) ?? (await this.#owned.session.committedOffset(name, this.partition));
  }

  override async commit(transaction: LogTransaction): Promise<void> {
    await super.commit(transaction);
    for (const [topic, offset] of Object.entries(transaction.offsets ?? {}))
      this.#committed.set(this.#names.topic(topic), offset);
  }

  protected override async unsettledGroup(): Promise<{ readonly groupId: string } | null> {
    const { session, groupId } = this.#owned;
    return (await session.isUnsettled(this.partition)) ? { groupId } : null;
  }

  protected override refuseUnowned(): void {
    if (this.#owned.session.isAlive) return;
    throw new CupolaError('CUPOLA_WRITER_FENCED', `partition ${this.partition} went to another member meanwhile`, {
      field: 'group',
      value: this.#owned.groupId,
      bound: 'a member that the group has heard of within its session time-out',
    });
  }

  protected override positions(offsets: LogTransaction['offsets']): GroupOffsets | null {
    if (offsets === undefined) return null;
    for (const [topic, offset] of Object.entries(offsets))
      if (!Number.isInteger(offset) || offset < 0) throw invalid(`offsets[${topic}]`, offset, 'a whole number from 0');
    const named = Object.entries(offsets).map(([topic, offset]) => [this.#names.topic(topic), offset] as const);
    return { groupId: this.#owned.groupId, partition: this.partition, offsets: Object.fromEntries(named) };
  }
}

function isCupolaError(error: unknown, codes: readonly ErrorCode[]): error is CupolaError {
  return error instanceof CupolaError && codes.includes(error.code);
}

/** Whether a run ended because its partition went to somebody else, rather than by a failure of its own. */
function isHandOver(error: unknown, revoked: AbortSignal): boolean {
  if (!revoked.aborted) return false;
  if (isCupolaError(error, [...begunAnew, 'CUPOLA_LOG_CLOSED'])) return true;
  return error === revoked.reason || (error instanceof Error && error.name === 'AbortError');
}
