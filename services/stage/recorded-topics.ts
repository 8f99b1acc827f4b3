import { topics } from '../../pipelines/topics.ts';

/** What the recorder reads, in the order in which it does: settings before what they govern. */
export const recordedTopics: readonly string[] = [
  topics.streams.name,
  topics.models.name,
  topics.thresholds.name,
  topics.telemetry.name,
  topics.scores.name,
  topics.anomalies.name,
];
