import {
  decodeAnomalyEvent,
  decodeCommand,
  decodeFaultTruth,
  decodeModelSetting,
  decodeStreamDefinition,
  decodeThresholdRecord,
  decodeVerdict,
} from '../../pipelines/json-records.ts';
import type { Log, LogRecord } from '../../pipelines/ports.ts';
import { decodeScoreEvents } from '../../pipelines/scoring/score-codec.ts';
import { topics } from '../../pipelines/topics.ts';
import { followTopic } from './follow-topic.ts';
import type { ReadModel } from './read-model.ts';

/** Who is told of what happens on the way. */
export interface FoldObserver {
  /** A record that cannot be decoded was passed over. */
  report(error: unknown): void;
  /** The log's past has been read. */
  caughtUp(): void;
}

type Take = (model: ReadModel, value: Uint8Array) => void;

const takers: Readonly<Record<string, Take>> = {
  [topics.streams.name]: (model, value) => model.takeDefinition(decodeStreamDefinition(value)),
  [topics.scores.name]: (model, value) => decodeScoreEvents(value).forEach((event) => model.takeScoreEvent(event)),
  [topics.anomalies.name]: (model, value) => model.takeAnomaly(decodeAnomalyEvent(value)),
  [topics.models.name]: (model, value) => model.takeModelSetting(decodeModelSetting(value)),
  [topics.thresholds.name]: (model, value) => model.takeThreshold(decodeThresholdRecord(value)),
  [topics.verdicts.name]: (model, value) => model.takeVerdict(decodeVerdict(value)),
  [topics.commands.name]: (model, value) => model.takeCommand(decodeCommand(value)),
  [topics.truth.name]: (model, value) => model.takeFault(decodeFaultTruth(value)),
};

/** Folds every topic that the console shows into its model, from the beginning on, until the signal aborts. */
export async function foldTopics(
  log: Log,
  model: ReadModel,
  observer: FoldObserver,
  signal: AbortSignal,
): Promise<void> {
  let behind = 0;
  const names = Object.keys(takers);
  for (const topic of names) behind += await log.partitions(topic);
  const caughtUp = (): void => {
    if (--behind === 0) observer.caughtUp();
  };
  const take = (record: LogRecord): void => {
    if (!record.value) return;
    try {
      takers[record.topic]!(model, record.value);
    } catch (error) {
      observer.report(error);
    }
  };
  await Promise.all(names.map((topic) => followTopic(log, { topic, take, caughtUp }, signal)));
}
