import type { Log, LogRecord } from '../../../pipelines/ports.ts';

/** What of a log a source of topics needs. */
export type TopicReader = Pick<Log, 'partitions' | 'range' | 'read' | 'close'>;

/** One partition of a topic, read ahead. */
interface Partition {
  readonly topic: string;
  readonly partition: number;
  /** Where the first of `ahead` lies, or is to be read from. */
  nextOffset: number;
  /** What was read and not handed over yet. */
  ahead: readonly LogRecord[];
  /** Where to read on after that. */
  readOnOffset: number;
  /** Whether more was there than was read. */
  isBehind: boolean;
}

/** Records of one partition, in its order, and where to go on after them. */
export interface PartitionRun {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
}

/**
 * Several partitions as one sequence. While there is more than can be read at once, what lies further back in time comes
 * first, whatever partition it is in: one that is read faster must not make the others late.
 */
export class TopicMerge {
  readonly #reader: TopicReader;
  readonly #maxRecords: number;
  readonly #partitions: readonly Partition[];

  /** `from`: where to begin, by topic and partition. */
  constructor(
    reader: TopicReader,
    from: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[],
    maxRecords: number,
  ) {
    this.#reader = reader;
    this.#maxRecords = maxRecords;
    this.#partitions = from.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      nextOffset: offset,
      ahead: [],
      readOnOffset: offset,
      isBehind: true,
    }));
  }

  /** Whether everything that was there at the last look has been handed over. */
  get isCaughtUp(): boolean {
    return this.#partitions.every(({ isBehind, ahead }) => !isBehind && ahead.length === 0);
  }

  /** What comes next; nothing, where nothing came for `waitMs`. Errors: those of the reader. */
  async next(waitMs: number, signal: AbortSignal): Promise<PartitionRun[]> {
    const empty = this.#partitions.filter(({ ahead }) => ahead.length === 0);
    const waits = empty.length === this.#partitions.length && !empty.some(({ isBehind }) => isBehind);
    await this.#readAhead(empty, waits ? waitMs : 0, signal);
    const safeMs = this.#safeMs();
    return this.#partitions.flatMap((one) => this.#take(one, safeMs));
  }

  /** Reads on in partitions, until there is something in one of them. */
  async #readAhead(partitions: readonly Partition[], waitMs: number, signal: AbortSignal): Promise<void> {
    const found = new AbortController();
    const either = AbortSignal.any([signal, found.signal]);
    const reads = partitions.map(async (one) => {
      const { topic, partition, readOnOffset: fromOffset } = one;
      const request = { topic, partition, fromOffset, maxRecords: this.#maxRecords, waitMs, signal: either };
      const { records, nextOffset } = await this.#reader.read(request);
      one.ahead = records;
      one.readOnOffset = nextOffset;
      one.isBehind = records.length >= this.#maxRecords;
      // Only who waits may be cut short: who does not has an answer at once.
      if (waitMs > 0 && nextOffset > fromOffset) found.abort();
    });
    await Promise.all(reads);
  }

  /** The time up to which no partition can bring anything older: those that are behind may go on at their newest. */
  #safeMs(): number {
    const behind = this.#partitions.filter(({ isBehind }) => isBehind);
    return Math.min(...behind.map(({ ahead }) => newestMs(ahead)));
  }

  /** What of a partition's read-ahead is not beyond a time. */
  #take(one: Partition, safeMs: number): PartitionRun[] {
    const { topic, partition, ahead } = one;
    const beyond = ahead.findIndex(({ timestampMs }) => timestampMs > safeMs);
    const records = beyond === -1 ? ahead : ahead.slice(0, beyond);
    one.ahead = beyond === -1 ? [] : ahead.slice(beyond);
    const nextOffset = beyond === -1 ? one.readOnOffset : ahead[beyond]!.offset;
    if (nextOffset === one.nextOffset) return [];
    one.nextOffset = nextOffset;
    return [{ topic, partition, records, nextOffset }];
  }
}

function newestMs(records: readonly LogRecord[]): number {
  return records.reduce((newest, { timestampMs }) => Math.max(newest, timestampMs), -Infinity);
}
