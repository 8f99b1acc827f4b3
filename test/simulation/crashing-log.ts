import type { Assignment, GroupMembership, GroupRequest, Log, LogWriter } from '../../pipelines/ports.ts';
import type { SeededRandom } from '../../pipelines/random.ts';

/** What a simulated process dies of. */
export class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash';
}

/** Committed positions by group, topic and partition, as a bystander sees them. */
export type Progress = Map<string, number>;

/**
 * One process's view of a log: after `operations` calls the process dies at that instant, in a commit before or after it
 * took effect, and nothing that it does later reaches the log. A double, because a real log does not fail on demand.
 */
export class CrashingLog implements Log {
  readonly #log: Log;
  readonly #random: SeededRandom;
  readonly #progress: Progress;
  #operationsLeft: number;
  #dead = false;
  readonly #memberships: GroupMembership[] = [];

  constructor(log: Log, operations: number, random: SeededRandom, progress: Progress) {
    this.#log = log;
    this.#random = random;
    this.#progress = progress;
    this.#operationsLeft = operations;
  }

  /** What the operating system does after a death: connections end, partitions are free for the next process. */
  async bury(): Promise<void> {
    this.#dead = true;
    await Promise.all(this.#memberships.map((membership) => membership.leave().catch(() => {})));
  }

  ensureTopics: Log['ensureTopics'] = (specs) => this.#survive(() => this.#log.ensureTopics(specs));
  partitions: Log['partitions'] = (topic) => this.#survive(() => this.#log.partitions(topic));
  partitionOf: Log['partitionOf'] = (topic, key) => this.#survive(() => this.#log.partitionOf(topic, key));
  range: Log['range'] = (topic, partition) => this.#survive(() => this.#log.range(topic, partition));
  groupPositions: Log['groupPositions'] = (group, topic) => this.#survive(() => this.#log.groupPositions(group, topic));
  append: Log['append'] = (records) => this.#survive(() => this.#log.append(records));
  maintain: Log['maintain'] = (nowMs) => this.#survive(() => this.#log.maintain(nowMs));

  /** Reads are cut short at random, so that every run sees other batches. */
  read: Log['read'] = (request) =>
    this.#survive(() => {
      const maxRecords = 1 + this.#random.below(request.maxRecords ?? 50);
      return this.#log.read({ ...request, maxRecords, waitMs: Math.min(request.waitMs ?? 0, 2) });
    });

  async writer(identity: string): Promise<LogWriter> {
    const writer = await this.#survive(() => this.#log.writer(identity));
    const commit: LogWriter['commit'] = (transaction) => this.#mayDie(() => writer.commit(transaction));
    return { commit, close: () => writer.close() };
  }

  async join(request: GroupRequest): Promise<GroupMembership> {
    const membership = await this.#survive(() =>
      this.#log.join({ ...request, run: (assignment) => request.run(this.#watch(request.group, assignment)) }),
    );
    this.#memberships.push(membership);
    return membership;
  }

  async close(): Promise<void> {}

  #watch(group: string, assignment: Assignment): Assignment {
    return {
      partition: assignment.partition,
      revoked: assignment.revoked,
      committedOffset: (topic) => this.#survive(() => assignment.committedOffset(topic)),
      close: () => assignment.close(),
      commit: (transaction) =>
        this.#mayDie(async () => {
          await assignment.commit(transaction);
          for (const [topic, offset] of Object.entries(transaction.offsets ?? {})) {
            this.#progress.set(`${group}/${topic}/${assignment.partition}`, offset);
          }
        }),
    };
  }

  /** A commit during which the process dies may have taken effect all the same. */
  async #mayDie(commit: () => Promise<void>): Promise<void> {
    const takesEffect = this.#operationsLeft > 0 || this.#random.uniform() < 0.5;
    if (takesEffect && !this.#dead) await commit();
    await this.#survive(async () => {});
  }

  async #survive<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#dead || this.#operationsLeft-- <= 0) {
      this.#dead = true;
      throw new SimulatedCrash('the process died');
    }
    return operation();
  }
}
