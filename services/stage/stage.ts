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
  /** Takes a command that may be its own, or one it obeyed before. */
  command(record: LogRecord): Promise<void>;
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
  /** Time from one commit of a partition to the next at least, unless there is more to take than fits in one. */
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
  /** Records before it are taken one by one. */
  let carefulUpTo = 0;
  while (!assignment.revoked.aborted) {
    try {
      return await runPartition({ log, clock }, spec, assignment, carefulUpTo);
    } catch (failure) {
      if (!(failure instanceof RecordFailure)) throw failure;
      if (failure.records.length > 1) carefulUpTo = failure.records.at(-1)!.offset + 1;
      else {
        spec.report(partitionStopped(spec.name, failure));
        await clock.sleep(tryAgainAfterMs, assignment.revoked);
      }
    }
  }
}

async function runPartition(
  { log, clock }: StagePorts,
  spec: StageSpec,
  assignment: Assignment,
  carefulUpTo: number,
): Promise<void> {
  const stage = await spec.open(assignment.partition);
  let position = await recover(log, spec, assignment, stage);
  let commands = await committedOrStart(log, assignment, topics.commands.name);
  let commandsCommitted = commands;
  let sinceSnapshot = 0;
  let nextCommitAtMs = -Infinity;
  while (!assignment.revoked.aborted) {
    // However the clock was set meanwhile, no longer than that.
    const leftMs = Math.min(nextCommitAtMs - clock.nowMs(), spec.commitIntervalMs);
    if (leftMs > 0) await clock.sleep(leftMs, assignment.revoked);
    commands = await takeCommands(log, assignment, stage, commands);
    const { records, nextOffset } = await log.read({
      topic: spec.inputTopic,
      partition: assignment.partition,
      fromOffset: position,
      maxRecords: position < carefulUpTo ? 1 : spec.maxRecords,
      waitMs,
      signal: assignment.revoked,
    });
    const output = records.length === 0 ? [] : await blaming(records, () => stage.process(records));
    const commandsDone = stage.oldestAwaitingOffset() ?? commands;
    if (nextOffset === position && commandsDone === commandsCommitted) continue;
    sinceSnapshot += records.length;
    const timestampMs = records.at(-1)?.timestampMs;
    if (sinceSnapshot >= spec.snapshotEveryRecords && timestampMs !== undefined) {
      output.push(
        ...snapshotRecords(spec.stateTopic, assignment.partition, stage.takeChanged(), nextOffset, timestampMs),
      );
      sinceSnapshot = 0;
    }
    const offsets = { [spec.inputTopic]: nextOffset, [topics.commands.name]: commandsDone };
    await assignment.commit({ records: output, offsets });
    position = nextOffset;
    commandsCommitted = commandsDone;
    nextCommitAtMs = records.length < spec.maxRecords ? clock.nowMs() + spec.commitIntervalMs : -Infinity;
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

/** Takes all commands that there are by now, so that one given before some telemetry is known when that is decided. */
async function takeCommands(
  log: Log,
  { partition }: Assignment,
  stage: PartitionStage,
  fromOffset: number,
): Promise<number> {
  const { records, nextOffset } = await readToEnd(log, topics.commands.name, partition, fromOffset);
  for (const record of records) await blaming([record], () => stage.command(record));
  return nextOffset;
}
