import type { HistoryStore, TimeRange } from '../../../pipelines/ports.ts';
import { encodeTelemetry } from '../../../pipelines/telemetry/binary-codec.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';

/**
 * `GET /api/streams/:stream/telemetry[?fromMs][&toMs]`: a stream's own samples, for what is made of them elsewhere; by default as many
 * as 2,000 windows one after another take.
 */
export interface StreamTelemetry {
  readonly definition: StreamDefinition;
  /** One sample batch in the binary form (docs/telemetry.md), as base64. */
  readonly samples: string;
  /** Anomalies in that time, open ones among them. */
  readonly abnormal: readonly TimeRange[];
}

const usualWindows = 2000;
/** More than any stretch has that is worth anything. */
const mostAnomalies = 10_000;

export async function streamTelemetry(
  history: HistoryStore,
  definition: StreamDefinition,
  asked: { readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
): Promise<StreamTelemetry> {
  const { stream, version, windowLengthMs, strideMs } = definition;
  const toMs = asked.toMs ?? (await history.extent(stream))?.toMs ?? 0;
  const range = { fromMs: asked.fromMs ?? Math.max(0, toMs - windowLengthMs - usualWindows * strideMs), toMs };
  const samples = await history.samples(stream, version, range);
  const anomalies = await history.anomalies(stream, range, mostAnomalies);
  return {
    definition,
    samples: Buffer.from(encodeTelemetry(samples)).toString('base64'),
    abnormal: anomalies.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })),
  };
}
