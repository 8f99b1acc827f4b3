import type { CupolaError } from '../../pipelines/errors.ts';
import type { Assignment, Clock, Log, LogRecord, OutgoingRecord } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';
import { readRange, readToEnd } from './read-range.ts';
import { blaming, partitionStopped, RecordFailure } from './record-failure.ts';
import { loadSnapshot, snapshotRecords } from './snapshots.ts';

/** One partition's worth of a stage service: what it does with records. Its memory is by stream. */
export interface PartitionStage {
  /** Takes back a stream's memory from a snapshot. */
  restore(stream: string, state: unknown): Promise<void>;
  /** Takes a record whose output is committed already: memory changes, nothing is said. */
  rebuild(record: LogRecord): Promise<void>;
  /** Takes a command that may be its own, or one it obeyed before; returns what it leads to at once. */
  command(record: LogRecord): Promise<readonly OutgoingRecord[]>;
  /** Takes records and returns what they lead to. */
  process(records: readonly LogRecord[]): Promise<OutgoingRecord[]>;
  /** Offset of the oldest command not yet obeyed; null where there is none. */
  oldestAwaitingOffset(): number | null;
  /** Memory of every stream that changed since the last call. */
  takeChanged(): Iterable<readonly [stream: string, state: unknown]>;
}

/** What every stage service needs of the outside. */
export interface StagePorts {
  readonly log: Log;
  readonly clock: Clock;
}

/** A stage service: a consumer group over one input topic, and the commands beside it. */
export interface StageSpec {
  readonly name: string;
  readonly inputTopic: string;
  readonly stateTopic: string;
  readonly maxRecords: number;
  /** Input records between snapshots: what a restart replays at most. */
  readonly snapshotEveryRecords: number;
  /** Time from one commit of a partition to the next at least, unless as much was taken as fits in one. */
  readonly commitIntervalMs: number;
  /** Hears that a partition stands still, each time that its record was tried in vain. */
  readonly report: (error: CupolaError) => void;
  open(partition: number): Promise<PartitionStage>;
}

/** How long a read waits for the first record before it looks for commands again. */
const waitMs = 100;
const tryAgainAfterMs = 30_000;

/** Joins the stage's group: consume, transform and produce in one transaction, partition by partition. */
export async function startStage({ log, clock }: StagePorts, spec: StageSpec): Promise<RunningService> {
  const membership = await log.join({
    group: spec.name,
    topic: spec.inputTopic,
    run: (assignment) => keepRunning({ log, clock }, spec, assignment),
  });
  return { name: spec.name, finished: membership.finished, stop: () => membership.leave() };
}

/**
 * Works on a partition until it is revoked. A record that cannot be taken stops this partition alone: where it came among
 * others, those before it are committed first; then it is tried again from time to time.
 */
async function keepRunning({ log, clock }: StagePorts, spec: StageSpec, assignment: Assignment): Promise<void> {
  /** Records before it are taken, and committed, one by one. */
  let carefulUpTo = 0;
  while (!assignment.revoked.aborted) {
    try {
      return await runPartition({ log, clock }, spec, assignment, carefulUpTo);
    } catch (failure) {
      if (!(failure instanceof RecordFailure)) throw failure;
      const { offset } = failure.records.at(-1)!;
      if (offset < carefulUpTo) {
        spec.report(partitionStopped(spec.name, failure));
        await clock.sleep(tryAgainAfterMs, assignment.revoked);
      }
      carefulUpTo = offset + 1;
    }
  }
}

async function runPartition(
  ports: StagePorts,
  spec: StageSpec,
  assignment: Assignment,
  carefulUpTo: number,
): Promise<void> {
  const stage = await spec.open(assignment.partition);
  const position = await recover(ports.log, spec, assignment, stage);
  const commands = await committedOrStart(ports.log, assignment, topics.commands.name);
  const run = new PartitionRun(ports, spec, assignment, stage, { position, commands });
  while (!assignment.revoked.aborted) await run.step(carefulUpTo);
}

/** Where a stage is in its input, and in the commands. */
interface Place {
  readonly position: number;
  readonly commands: number;
}

/** The loop of one partition: what is read is processed at once, and committed when that is due. */
class PartitionRun {
  readonly #ports: StagePorts;
  readonly #spec: StageSpec;
  readonly #assignment: Assignment;
  readonly #stage: PartitionStage;
  #committed: Place;
  #position: number;
  /** Commands taken, whether or not they are obeyed yet. */
  #commands: number;
  /** Input since the last commit, and what it led to. */
  #taken: LogRecord[] = [];
  #output: OutgoingRecord[] = [];
  #committedAtMs = -Infinity;
  #sinceSnapshot = 0;

  constructor(ports: StagePorts, spec: StageSpec, assignment: Assignment, stage: PartitionStage, committed: Place) {
    this.#ports = ports;
    this.#spec = spec;
    this.#assignment = assignment;
    this.#stage = stage;
    this.#committed = committed;
    this.#position = committed.position;
    this.#commands = committed.commands;
  }

  async step(carefulUpTo: number): Promise<void> {
    const { log } = this.#ports;
    await this.#takeCommands();
    const isCareful = this.#position < carefulUpTo;
    const { records, nextOffset } = await log.read({
      topic: this.#spec.inputTopic,
      partition: this.#assignment.partition,
      fromOffset: this.#position,
      maxRecords: isCareful ? 1 : this.#spec.maxRecords - this.#taken.length,
      waitMs: this.#taken.length > 0 ? Math.min(this.#leftMs, waitMs) : waitMs,
      signal: this.#assignment.revoked,
    });
    if (records.length > 0) this.#output.push(...(await blaming(records, () => this.#stage.process(records))));
    this.#taken.push(...records);
    this.#position = nextOffset;
    if (isCareful || this.#taken.length === this.#spec.maxRecords || this.#leftMs === 0) await this.#commit();
  }

  /** Takes all commands that there are by now, so that one given before some telemetry is known when that is decided. */
  async #takeCommands(): Promise<void> {
    const { partition } = this.#assignment;
    const { records, nextOffset } = await readToEnd(this.#ports.log, topics.commands.name, partition, this.#commands);
    for (const record of records) this.#output.push(...(await blaming([record], () => this.#stage.command(record))));
    this.#commands = nextOffset;
  }

  /** Until a commit is due; however the clock was set meanwhile, no longer than the interval. */
  get #leftMs(): number {
    const sinceMs = this.#ports.clock.nowMs() - this.#committedAtMs;
    return sinceMs < 0 ? 0 : Math.max(0, this.#spec.commitIntervalMs - sinceMs);
  }

  /** Commits what is new, if anything is. */
  async #commit(): Promise<void> {
    const now: Place = { position: this.#position, commands: this.#stage.oldestAwaitingOffset() ?? this.#commands };
    const isMoved = now.position !== this.#committed.position || now.commands !== this.#committed.commands;
    if (!isMoved && this.#output.length === 0) return;
    const offsets = { [this.#spec.inputTopic]: now.position, [topics.commands.name]: now.commands };
    await this.#assignment.commit({ records: [...this.#output, ...this.#snapshot()], offsets });
    this.#committed = now;
    this.#committedAtMs = this.#ports.clock.nowMs();
    this.#taken = [];
    this.#output = [];
  }

  /** A snapshot's records, if one is due. */
  #snapshot(): OutgoingRecord[] {
    this.#sinceSnapshot += this.#taken.length;
    const timestampMs = this.#taken.at(-1)?.timestampMs;
    if (this.#sinceSnapshot < this.#spec.snapshotEveryRecords || timestampMs === undefined) return [];
    this.#sinceSnapshot = 0;
    const { stateTopic } = this.#spec;
    const changed = this.#stage.takeChanged();
    return snapshotRecords(stateTopic, this.#assignment.partition, changed, this.#position, timestampMs);
  }
}

/** Rebuilds memory up to the committed offset, from the newest snapshot on, and returns that offset. */
async function recover(log: Log, spec: StageSpec, assignment: Assignment, stage: PartitionStage): Promise<number> {
  const { partition } = assignment;
  const committed = await committedOrStart(log, assignment, spec.inputTopic);
  const snapshot = await loadSnapshot(log, spec.stateTopic, partition);
  for (const [stream, state] of snapshot?.states ?? []) await stage.restore(stream, state);
  const from = snapshot?.offset ?? (await log.range(spec.inputTopic, partition)).start;
  for await (const records of readRange(log, spec.inputTopic, partition, from, committed))
    for (const record of records) await blaming([record], () => stage.rebuild(record));
  return committed;
}

async function committedOrStart(log: Log, assignment: Assignment, topic: string): Promise<number> {
  return (await assignment.committedOffset(topic)) ?? (await log.range(topic, assignment.partition)).start;
}
