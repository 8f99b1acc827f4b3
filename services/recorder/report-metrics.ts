import { CupolaError } from '../../pipelines/errors.ts';
import type { Clock, Log, PipelineMetrics } from '../../pipelines/ports.ts';
import { pipelineLag } from '../stage/pipeline-lag.ts';
import type { PartitionRecorder } from './partition-recorder.ts';

export interface MetricsOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly record: (metrics: PipelineMetrics) => Promise<void>;
}

/**
 * Says from time to time how the pipeline stands in the partitions that are recorded here. What cannot be said now, since
 * the log or the history is away, is never said: the next report stands for itself.
 */
export async function reportMetrics(
  log: Log,
  recording: ReadonlyMap<number, PartitionRecorder>,
  { clock, everyMs, record }: MetricsOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await record(await metricsOf(log, recording, clock.nowMs()));
    } catch (error) {
      if (!(error instanceof CupolaError)) throw error;
    }
    await clock.sleep(everyMs, signal);
  }
}

async function metricsOf(
  log: Log,
  recording: ReadonlyMap<number, PartitionRecorder>,
  atMs: number,
): Promise<PipelineMetrics> {
  const lags = await pipelineLag(log, async (topic, partition) => recording.get(partition)?.position(topic));
  return {
    atMs,
    lags: lags.filter(({ partition }) => recording.has(partition)),
    watermarks: [...recording.values()].flatMap(({ delays }) => delays.all()),
  };
}
