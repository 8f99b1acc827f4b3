import { setTimeout as sleep } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { HistoryBatch, HistoryStore } from '../../../pipelines/ports.ts';
import { Spool, sumOf, type Frame, type FrameCounts } from './spool.ts';

export interface SpooledHistoryOptions {
  /** Of what waits for the server. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Between two attempts while the server is away; 1 s by default. */
  readonly retryEveryMs?: number;
  /** Told when the server goes and comes, and of every loss. */
  readonly report: (event: SpoolEvent) => void;
}

export type SpoolEvent =
  | { readonly type: 'away'; readonly error: CupolaError }
  | { readonly type: 'back'; readonly batches: number }
  | { readonly type: 'lost'; readonly lost: FrameCounts; readonly reason: string };

/** How a history on a server is doing. */
export interface SpoolStatus {
  readonly isAway: boolean;
  /** What waits for the server, on disk. */
  readonly spooledBytes: number;
  /** Since this process started: what the server never got. */
  readonly lost: FrameCounts;
}

export interface SpooledHistory extends HistoryStore {
  status(): SpoolStatus;
}

/**
 * A history whose server may be away: what is written meanwhile is kept on disk, and written in order once it is back.
 * Beyond `maxBytes` the oldest goes, and what went is counted and reported.
 *
 * A batch counts as written when it is on disk: `position` says so, and a restart goes on from there. Reads ask the server
 * and fail while it is away.
 */
export function spoolHistory(inner: HistoryStore, options: SpooledHistoryOptions): SpooledHistory {
  const spooled = new Spooled(inner, options);
  return {
    write: (batch) => spooled.write(batch),
    position: (topic, partition) => spooled.position(topic, partition),
    extent: (stream) => inner.extent(stream),
    samples: (stream, version, range) => inner.samples(stream, version, range),
    series: (kind, stream, channelId, range, maxPoints) => inner.series(kind, stream, channelId, range, maxPoints),
    scoreSeries: (stream, range, maxPoints) => inner.scoreSeries(stream, range, maxPoints),
    scoreEvents: (stream, range, limit) => inner.scoreEvents(stream, range, limit),
    anomalies: (stream, range, limit) => inner.anomalies(stream, range, limit),
    forget: (beforeMs) => spooled.forget(beforeMs),
    close: () => spooled.close(),
    status: () => spooled.status(),
  };
}

class Spooled {
  readonly #inner: HistoryStore;
  readonly #spool: Spool;
  readonly #retryEveryMs: number;
  readonly #report: (event: SpoolEvent) => void;
  /** Where to read on, by `topic/partition`: as far as this process knows. */
  readonly #positions = new Map<string, number>();
  readonly #closing = new AbortController();
  #isAway = false;
  #lost: FrameCounts = { samples: 0, events: 0 };
  #catchingUp: Promise<unknown> | null = null;
  /** What catching up met and cannot go on after. */
  #failure: unknown = null;

  constructor(inner: HistoryStore, { folder, maxBytes, retryEveryMs = 1000, report }: SpooledHistoryOptions) {
    this.#inner = inner;
    this.#retryEveryMs = retryEveryMs;
    this.#report = report;
    this.#spool = new Spool({ folder, maxBytes }, ({ payload }) => this.#remember(batchOf(payload)));
    if (!this.#spool.isEmpty) this.#catchUpSoon();
  }

  async write(batch: HistoryBatch): Promise<void> {
    this.#refuseClosed();
    const { topic, partition, nextOffset } = batch.position;
    if (nextOffset <= (this.#positions.get(`${topic}/${partition}`) ?? 0)) return;
    // Whatever waits goes before.
    if (!this.#spool.isEmpty || !(await this.#writeNow(batch, countsOf(batch)))) {
      const lost = this.#spool.append(serialize(batch), countsOf(batch));
      this.#lose(lost, 'what waits on disk has reached its bound');
      this.#catchUpSoon();
    }
    this.#remember(batch);
  }

  /** Waits while the server is away and this process does not know. */
  async position(topic: string, partition: number): Promise<number | null> {
    const key = `${topic}/${partition}`;
    for (;;) {
      this.#refuseClosed();
      const known = this.#positions.get(key);
      if (known !== undefined && !this.#spool.isEmpty) return known;
      try {
        const position = await this.#inner.position(topic, partition);
        if (position !== null) this.#positions.set(key, position);
        return position;
      } catch (error) {
        this.#noteAway(error);
        if (known !== undefined) return known;
      }
      await this.#wait();
    }
  }

  /** Comes again with the next round of maintenance, where the server is away. */
  async forget(beforeMs: number): Promise<void> {
    try {
      await this.#inner.forget(beforeMs);
    } catch (error) {
      this.#noteAway(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#catchingUp;
    this.#spool.close();
    await this.#inner.close();
  }

  status(): SpoolStatus {
    return { isAway: this.#isAway, spooledBytes: this.#spool.bytes, lost: this.#lost };
  }

  /** Whether the server took it, or will never. */
  async #writeNow(batch: HistoryBatch, counts: FrameCounts): Promise<boolean> {
    try {
      await this.#inner.write(batch);
    } catch (error) {
      if (isNotWanted(error)) this.#lose(counts, error.message);
      else {
        this.#noteAway(error);
        return false;
      }
    }
    return true;
  }

  #catchUpSoon(): void {
    this.#catchingUp ??= this.#catchUp()
      .catch((error: unknown) => (this.#failure = error))
      .then(() => (this.#catchingUp = null));
  }

  async #catchUp(): Promise<void> {
    let batches = 0;
    for (let segment = this.#spool.take(); segment; segment = this.#spool.take()) {
      for (const frame of segment.frames) {
        if (!(await this.#deliver(frame))) return;
        batches++;
      }
      segment.done();
    }
    this.#isAway = false;
    this.#report({ type: 'back', batches });
  }

  /** Tries until the server takes it; false where this history is closed before. */
  async #deliver({ payload, ...counts }: Frame): Promise<boolean> {
    const batch = batchOf(payload);
    while (!this.#closing.signal.aborted) {
      if (await this.#writeNow(batch, counts)) return true;
      await this.#wait();
    }
    return false;
  }

  #remember({ position: { topic, partition, nextOffset } }: HistoryBatch): void {
    this.#positions.set(`${topic}/${partition}`, nextOffset);
  }

  #lose(lost: FrameCounts, reason: string): void {
    if (lost.samples + lost.events === 0) return;
    this.#lost = sumOf([this.#lost, lost]);
    this.#report({ type: 'lost', lost, reason });
  }

  /** Rethrows what is no absence. */
  #noteAway(error: unknown): void {
    if (!(error instanceof CupolaError) || !mayPass.has(error.code)) throw error;
    if (!this.#isAway) this.#report({ type: 'away', error });
    this.#isAway = true;
  }

  async #wait(): Promise<void> {
    await sleep(this.#retryEveryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  #refuseClosed(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing.signal.aborted) throw new CupolaError('CUPOLA_HISTORY_CLOSED', 'this history was closed');
  }
}

/** A database that is missing, or a password that is wrong, may be put right while the server runs. */
const mayPass: ReadonlySet<string> = new Set(['CUPOLA_HISTORY_UNAVAILABLE', 'CUPOLA_HISTORY_REFUSED']);

/** Whether a server answered that a request as such is wrong: it would say so for ever. */
function isNotWanted(error: unknown): error is CupolaError {
  return (
    error instanceof CupolaError &&
    error.code === 'CUPOLA_HISTORY_REFUSED' &&
    [400, 413, 422].includes(error.subject.value as number)
  );
}

function countsOf({ samples, scores, anomalies }: HistoryBatch): FrameCounts {
  return {
    samples: samples.reduce((sum, { value }) => sum + value.length, 0),
    events: scores.length + anomalies.length,
  };
}

function batchOf(payload: Uint8Array): HistoryBatch {
  return deserialize(payload) as HistoryBatch;
}
