import type { Assignment } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';
import { PartitionRecorder, type RecorderPorts } from './partition-recorder.ts';
import { reportMetrics, type MetricsOptions } from './report-metrics.ts';

export interface RecorderOptions {
  /** Records written to the history at once. */
  readonly maxRecords: number;
  /** Who is told how the pipeline stands; nobody where null. */
  readonly metrics: MetricsOptions | null;
}

const waitMs = 100;

/**
 * The recorder: telemetry, scores, thresholds and anomalies from the log to the history. The history keeps the position of
 * each partition with what it was given, so that nothing is written twice, whatever becomes of this process.
 */
export async function startRecorder(
  ports: RecorderPorts,
  { maxRecords, metrics }: RecorderOptions,
): Promise<RunningService> {
  const recording = new Map<number, PartitionRecorder>();
  const membership = await ports.log.join({
    group: 'recorder',
    topic: topics.telemetry.name,
    run: (assignment) => record(ports, maxRecords, recording, assignment),
  });
  const stopping = new AbortController();
  const reporting = metrics ? reportMetrics(ports.log, recording, metrics, stopping.signal) : membership.finished;
  return {
    name: 'recorder',
    finished: Promise.race([membership.finished, reporting.then(() => membership.finished)]),
    async stop() {
      stopping.abort();
      await membership.leave();
    },
  };
}

async function record(
  ports: RecorderPorts,
  maxRecords: number,
  recording: Map<number, PartitionRecorder>,
  { partition, revoked }: Assignment,
): Promise<void> {
  const recorder = await PartitionRecorder.open(partition, ports);
  recording.set(partition, recorder);
  try {
    for (let idle = true; !revoked.aborted;) idle = !(await recorder.record(maxRecords, idle ? waitMs : 0, revoked));
  } finally {
    recording.delete(partition);
  }
}
