import type { AnomalyEvent } from '../../pipelines/alarms/anomaly-event.ts';
import type { HistoryStore } from '../../pipelines/ports.ts';
import type { AnomalySummary, TimeSpan } from './api.ts';
import type { ReadModel } from './read-model.ts';
import type { Summaries } from './summaries.ts';

/** Where anomalies come from: the newest from the log's fold, which is ahead of history; the older from history. */
export interface AnomalySources {
  readonly model: ReadModel;
  readonly summaries: Summaries;
  readonly history: HistoryStore;
}

/** Anomalies of one stream (of all where null) that meet a range, newest first, at most `limit`. */
export async function anomaliesIn(
  sources: AnomalySources,
  stream: string | null,
  range: TimeSpan,
  limit: number,
): Promise<readonly AnomalySummary[]> {
  const events = await anomalyEventsIn(sources, stream, range, limit);
  return events.map((event) => sources.summaries.anomaly(event));
}

/** As anomaliesIn, the newest state of each as the detector said it. */
export async function anomalyEventsIn(
  { model, history }: Pick<AnomalySources, 'model' | 'history'>,
  stream: string | null,
  range: TimeSpan,
  limit: number,
): Promise<readonly AnomalyEvent[]> {
  const byId = new Map((await history.anomalies(stream, range, limit)).map((event) => [event.id, event]));
  for (const event of model.anomalies()) {
    const wanted = stream === null || event.stream === stream;
    if (wanted && event.startMs < range.toMs && event.endMs > range.fromMs) byId.set(event.id, event);
  }
  return [...byId.values()].sort((a, b) => b.startMs - a.startMs).slice(0, limit);
}
