import { createAdmission } from '../../pipelines/telemetry/admission.ts';
import type { TelemetryRecord } from '../../pipelines/telemetry/sample-batch.ts';
import type { Source } from '../sources/source.ts';

/** What did not become a sample. */
export interface RejectionCount {
  rejected: number;
}

/**
 * A source's telemetry as ingest would write it into the log, from the start: through the same door, samples before the
 * tick that they lead up to.
 */
export async function* recordedTelemetry(
  source: Source,
  count: RejectionCount,
  signal: AbortSignal,
): AsyncGenerator<TelemetryRecord> {
  const { name } = source;
  const admission = createAdmission(name, await source.definitions());
  for await (const { samples, rejected, ingestTimeMs, tickTimeMs } of source.read(null, signal)) {
    const admitted = samples ? admission.admit(samples, ingestTimeMs) : { batches: [], rejected: [] };
    count.rejected += rejected.length + admitted.rejected.length;
    yield* admitted.batches;
    if (tickTimeMs !== null) yield { type: 'tick', source: name, timeMs: tickTimeMs };
  }
}
