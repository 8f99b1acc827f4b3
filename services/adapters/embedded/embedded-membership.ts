import { CupolaError } from '../../../pipelines/errors.ts';
import type { GroupMembership, GroupRequest } from '../../../pipelines/ports.ts';
import type { ConsumerGroup, GroupMember } from './consumer-group.ts';
import { EmbeddedAssignment } from './embedded-writer.ts';
import type { LogStore } from './log-store.ts';

/** Membership of a consumer group: runs the request's `run` for each partition that the group gives it. */
export class EmbeddedMembership implements GroupMembership, GroupMember {
  readonly finished: Promise<void>;
  /** Resolves when the partitions that were free are assigned. */
  readonly joined: Promise<void>;
  readonly #finished = Promise.withResolvers<void>();
  readonly #store: LogStore;
  readonly #request: GroupRequest;
  readonly #group: ConsumerGroup;
  readonly #logClosing: AbortSignal;

  constructor(store: LogStore, request: GroupRequest, logClosing: AbortSignal) {
    this.finished = this.#finished.promise;
    this.#store = store;
    this.#request = request;
    this.#group = store.group(request.group, request.topic);
    this.#logClosing = logClosing;
    logClosing.addEventListener('abort', () => this.#expire(), { once: true });
    this.joined = this.#group.add(this);
  }

  partitions(): readonly number[] {
    return this.#group.partitionsOf(this);
  }

  async leave(): Promise<void> {
    await this.#group.remove(this);
    this.#finished.resolve();
  }

  async own(partition: number, revoked: AbortSignal): Promise<void> {
    const { group, topic } = this.#request;
    try {
      const assignment = new EmbeddedAssignment(this.#store, { group, topic, partition }, revoked, this.#logClosing);
      try {
        await this.#request.run(assignment);
      } finally {
        await assignment.close();
      }
    } catch (error) {
      if (!isHandOver(error, revoked)) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#finished.reject(error);
    void this.leave();
  }

  #expire(): void {
    this.#group.expel(this);
    this.#finished.resolve();
  }
}

/** Whether a run ended because its partition went to somebody else, rather than by a failure of its own. */
function isHandOver(error: unknown, revoked: AbortSignal): boolean {
  if (error instanceof CupolaError && error.code === 'CUPOLA_WRITER_FENCED') return true;
  if (!revoked.aborted) return false;
  const isClosed = error instanceof CupolaError && error.code === 'CUPOLA_LOG_CLOSED';
  return isClosed || error === revoked.reason || (error instanceof Error && error.name === 'AbortError');
}
