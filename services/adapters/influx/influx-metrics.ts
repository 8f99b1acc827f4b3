import type { PipelineMetrics } from '../../../pipelines/ports.ts';
import { LineBatch } from './batch-lines.ts';
import { policies } from './influx-names.ts';
import { InfluxServer, type InfluxOptions } from './influx-server.ts';
import { fieldSet, seriesKey } from './line-text.ts';

/**
 * Writes how the pipeline stands into InfluxDB, a point for each service and partition, and each stream.
 *
 * Errors: CUPOLA_HISTORY_UNAVAILABLE, CUPOLA_HISTORY_REFUSED.
 */
export function influxMetrics(options: InfluxOptions): (metrics: PipelineMetrics) => Promise<void> {
  const server = new InfluxServer(options);
  return async (metrics) => {
    // Points that the server refuses are too old to be kept: a clock that is wrong.
    for (const portion of metricLines(metrics).finish())
      await server.write(policies.raw, 'ms', portion, () => undefined);
  };
}

function metricLines({ atMs, lags, watermarks }: PipelineMetrics): LineBatch {
  const lines = new LineBatch('ms');
  for (const { service, topic, partition, lag: value, member } of lags) {
    const fields = fieldSet({ value, ...(member === null ? {} : { member }) });
    lines.add(seriesKey('lag', { service, topic, partition: String(partition) }), fields, atMs);
  }
  for (const { stream, delayMs: value } of watermarks)
    lines.add(seriesKey('watermark_delay', { stream }), fieldSet({ value }), atMs);
  return lines;
}
