import type { InjectFaultCommand } from '../../pipelines/commands.ts';
import type { DeadLetter, SourceSamples } from '../../pipelines/telemetry/source-samples.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';

/** What a source hands to ingest at once; ingest commits all of it, with the position, in one transaction. */
export interface SourceChunk {
  /** In arrival order; null where the chunk holds none. */
  readonly samples: SourceSamples | null;
  readonly rejected: readonly DeadLetter[];
  /** Truth of injected faults (simulation only). */
  readonly truth: readonly FaultTruth[];
  /** The source's own time when it took the samples: event times are checked against it. */
  readonly ingestTimeMs: number;
  /** The source's time has come to this: a tick. It follows the chunk's samples in the log. */
  readonly tickTimeMs: number | null;
  /** JSON: where to go on after this chunk; null for sources that cannot be read again. */
  readonly position: unknown;
}

/** Where telemetry comes from. */
export interface Source {
  readonly name: string;
  /** The streams that this source feeds; every definition's `source` is this source's name. */
  definitions(): Promise<readonly StreamDefinition[]>;
  /** Reads on from a position (null: from the start) until the source ends or the signal aborts. */
  read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk>;
  /**
   * Takes a fault into what is to come; simulation only. To be called after read(), between two chunks: the next chunk
   * brings its truth, and the position of that chunk holds it.
   *
   * Errors: CUPOLA_FAULT_IMPOSSIBLE.
   */
  injectFault?(command: InjectFaultCommand): void;
}
