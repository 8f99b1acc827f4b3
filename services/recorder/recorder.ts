import { decodeAnomalyEvent, decodeStreamDefinition } from '../../pipelines/json-records.ts';
import type { Assignment, HistoryBatch, HistoryStore, Log, LogRecord } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { decodeTelemetry } from '../../pipelines/telemetry/binary-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';

/** What the recorder needs of the outside. */
export interface RecorderPorts {
  readonly log: Log;
  readonly history: HistoryStore;
}

export interface RecorderOptions {
  /** Records written to the history at once. */
  readonly maxRecords: number;
}

type Recorded = Omit<HistoryBatch, 'position'>;

const nothing: Recorded = { definitions: [], samples: [], scores: [], anomalies: [] };

/** What is recorded of each topic. */
const recorders: Readonly<Record<string, (values: readonly Uint8Array[]) => Recorded>> = {
  [topics.streams.name]: (values) => ({ ...nothing, definitions: values.map(decodeStreamDefinition) }),
  [topics.telemetry.name]: (values) => ({
    ...nothing,
    samples: values.map(decodeTelemetry).filter((record) => record.type === 'samples'),
  }),
  [topics.scores.name]: (values) => ({ ...nothing, scores: values.flatMap(decodeScoreEvents) }),
  [topics.anomalies.name]: (values) => ({ ...nothing, anomalies: values.map(decodeAnomalyEvent) }),
};

const waitMs = 100;

/**
 * The recorder: telemetry, scores and anomalies from the log to the history. The history keeps the position of each
 * partition with what it was given, so that nothing is written twice, whatever becomes of this process.
 */
export async function startRecorder(
  { log, history }: RecorderPorts,
  options: RecorderOptions,
): Promise<RunningService> {
  const membership = await log.join({
    group: 'recorder',
    topic: topics.telemetry.name,
    run: (assignment) => record(log, history, options, assignment),
  });
  return { name: 'recorder', finished: membership.finished, stop: () => membership.leave() };
}

async function record(
  log: Log,
  history: HistoryStore,
  { maxRecords }: RecorderOptions,
  { partition, revoked: signal }: Assignment,
): Promise<void> {
  const positions = new Map<string, number>();
  for (const topic of Object.keys(recorders)) positions.set(topic, (await history.position(topic, partition)) ?? 0);
  let idle = true;
  while (!signal.aborted) {
    const wait = idle ? waitMs : 0;
    idle = true;
    for (const [topic, fromOffset] of positions) {
      const request = { topic, partition, fromOffset, maxRecords, signal };
      const { records, nextOffset } = await log.read(
        topic === topics.telemetry.name ? { ...request, waitMs: wait } : request,
      );
      if (nextOffset === fromOffset) continue;
      const recorded = recorders[topic]!(valuesOf(records));
      await history.write({ position: { topic, partition, nextOffset }, ...recorded });
      positions.set(topic, nextOffset);
      idle = false;
    }
  }
}

function valuesOf(records: readonly LogRecord[]): Uint8Array[] {
  return records.flatMap(({ value }) => (value ? [value] : []));
}
