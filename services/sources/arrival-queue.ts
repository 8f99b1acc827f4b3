import type { Clock } from '../../pipelines/ports.ts';
import { joinSourceSamples, maxSourceChannels } from '../../pipelines/telemetry/join-source-samples.ts';
import type { DeadLetter, SourceSamples } from '../../pipelines/telemetry/source-samples.ts';
import type { SourceChunk } from './source.ts';

/** What came in at once from outside, decoded. */
export interface Arrival {
  readonly samples: SourceSamples;
  readonly rejected: readonly DeadLetter[];
  /** Where to go on, by place that it was read from; of sources that can be read again. */
  readonly progress?: Progress;
}

/** How far places were read. */
export type Progress = Readonly<Record<string, number>>;

/** Room for one arrival, from its first byte until the log has taken it or it is given up. */
export interface Room {
  /** Asks for more of it; false where too much waits for the log already. One arrival alone always finds room. */
  grow(bytes: number): boolean;
  release(): void;
}

export interface ArrivalQueueOptions {
  readonly clock: Clock;
  readonly tickIntervalMs: number;
  /** How much may be on its way into the log; whatever comes beyond that is to be sent again later. */
  readonly maxPendingBytes: number;
  /** Samples in a chunk at most, unless one arrival has more. */
  readonly maxChunkSamples?: number;
  /** How far was read before; null for sources that cannot be read again. */
  readonly progress?: Progress | null;
  /** Whether the source's time is the clock's; it stands still while the source reads what came long ago. */
  readonly timePasses?: () => boolean;
}

/** Why an arrival did not come into the log: the source ended before. */
export class SourceEnded extends Error {}

interface Pending {
  readonly arrival: Arrival;
  readonly taken: () => void;
  readonly refused: (error: Error) => void;
}

/**
 * Between those who send telemetry and ingest, which reads it: what arrives is handed over in chunks, in order, and is known
 * to be in the log once ingest asks for the next chunk. Time passes by the clock: a tick at each multiple of the interval,
 * after all that came before it; those that passed while the log was busy are one.
 */
export class ArrivalQueue {
  readonly #clock: Clock;
  readonly #tickIntervalMs: number;
  readonly #maxPendingBytes: number;
  readonly #maxChunkSamples: number;
  readonly #timePasses: () => boolean;
  #progress: Progress | null;
  readonly #waiting: Pending[] = [];
  /** Of all arrivals on their way into the log. */
  #pendingBytes = 0;
  #isOpen = false;
  #wakeReader = (): void => undefined;

  constructor(options: ArrivalQueueOptions) {
    this.#clock = options.clock;
    this.#tickIntervalMs = options.tickIntervalMs;
    this.#maxPendingBytes = options.maxPendingBytes;
    this.#maxChunkSamples = options.maxChunkSamples ?? 65_536;
    this.#progress = options.progress ?? null;
    this.#timePasses = options.timePasses ?? (() => true);
  }

  /** Whether ingest is reading. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Begins an arrival. */
  room(): Room {
    let own = 0;
    return {
      grow: (bytes) => {
        const hasRoom = this.#pendingBytes === own || this.#pendingBytes + bytes <= this.#maxPendingBytes;
        if (!hasRoom) return false;
        own += bytes;
        this.#pendingBytes += bytes;
        return true;
      },
      release: () => {
        this.#pendingBytes -= own;
        own = 0;
      },
    };
  }

  /** Resolves once the log has taken the arrival. Errors: SourceEnded. */
  put(arrival: Arrival): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new SourceEnded('the source is not being read'));
    const { promise, resolve: taken, reject: refused } = Promise.withResolvers<void>();
    this.#waiting.push({ arrival, taken, refused });
    this.#wakeReader();
    return promise;
  }

  /** Once the signal aborts, nothing more is let in; the chunks end when what waits has been handed over. */
  async *chunks(signal: AbortSignal): AsyncGenerator<SourceChunk> {
    const wake = (): void => this.#wakeReader();
    signal.addEventListener('abort', wake);
    this.#isOpen = true;
    let handedOver: readonly Pending[] = [];
    let tickTimeMs = -Infinity;
    try {
      for (;;) {
        this.#isOpen = !signal.aborted;
        const nowMs = this.#clock.nowMs();
        handedOver = this.#take();
        const dueMs = Math.floor(nowMs / this.#tickIntervalMs) * this.#tickIntervalMs;
        const ticks = dueMs > tickTimeMs && this.#waiting.length === 0 && this.#timePasses();
        if (handedOver.length > 0 || ticks) {
          if (ticks) tickTimeMs = dueMs;
          yield this.#chunk(handedOver, nowMs, ticks ? dueMs : null);
          for (const { taken } of handedOver) taken();
        } else if (this.#isOpen) await this.#sleep(dueMs + this.#tickIntervalMs - nowMs);
        else return;
      }
    } finally {
      this.#isOpen = false;
      signal.removeEventListener('abort', wake);
      const ended = new SourceEnded('the source ended');
      for (const { refused } of [...handedOver, ...this.#waiting.splice(0)]) refused(ended);
    }
  }

  /** The first of what waits, as much as goes into a chunk. */
  #take(): Pending[] {
    let samples = 0;
    let channels = 0;
    const beyond = this.#waiting.findIndex(({ arrival }, i) => {
      samples += arrival.samples.channel.length;
      channels += arrival.samples.channelIds.length;
      return i > 0 && (samples > this.#maxChunkSamples || channels > maxSourceChannels);
    });
    return this.#waiting.splice(0, beyond === -1 ? this.#waiting.length : beyond);
  }

  /** Until a tick is due, something arrives or the signal aborts. */
  async #sleep(durationMs: number): Promise<void> {
    const waking = new AbortController();
    this.#wakeReader = () => waking.abort();
    await this.#clock.sleep(durationMs, waking.signal);
    this.#wakeReader = () => undefined;
  }

  #chunk(arrivals: readonly Pending[], nowMs: number, tickTimeMs: number | null): SourceChunk {
    const filled = arrivals.map(({ arrival }) => arrival.samples).filter(({ channel }) => channel.length > 0);
    for (const { arrival } of arrivals)
      if (arrival.progress) this.#progress = { ...this.#progress, ...arrival.progress };
    return {
      samples: filled.length > 0 ? joinSourceSamples(filled) : null,
      rejected: arrivals.flatMap(({ arrival }) => arrival.rejected),
      truth: [],
      ingestTimeMs: nowMs,
      tickTimeMs,
      position: this.#progress,
    };
  }
}
