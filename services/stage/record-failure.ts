import { CupolaError } from '../../pipelines/errors.ts';
import type { LogRecord } from '../../pipelines/ports.ts';

/** What a stage threw over a record, or over one of several: all of them are of one partition. */
export class RecordFailure extends Error {
  readonly records: readonly LogRecord[];

  constructor(records: readonly LogRecord[], cause: unknown) {
    super('a stage could not take a record', { cause });
    this.records = records;
  }
}

/** Errors of the log itself, which deals with them. */
const ofLog = /^CUPOLA_(LOG_|WRITER_FENCED|COMMIT_UNCERTAIN|TOPIC_UNKNOWN)/;

/** Has what a stage does with records fail with a RecordFailure, unless it is the log that failed. */
export async function blaming<T>(records: readonly LogRecord[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CupolaError && ofLog.test(error.code)) throw error;
    throw new RecordFailure(records, error);
  }
}

/** The error that says where a service stands still, and why. */
export function partitionStopped(service: string, { records, cause }: RecordFailure): CupolaError {
  const { topic, partition, offset } = records[0]!;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const place = `${topic}/${partition}, offset ${offset}`;
  return new CupolaError('CUPOLA_PARTITION_STOPPED', `${service} stands still at ${place}: ${reason}`, {
    field: 'record',
    value: place,
    bound: 'one that the service can take',
    cause,
  });
}
