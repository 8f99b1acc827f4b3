import type { Log, PartitionLag } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import { recordedTopics } from './recorded-topics.ts';

/** Services that keep their place in the log, with the group that they do it by and what they read. */
const stages = [
  { service: 'scorer', topic: topics.telemetry.name },
  { service: 'annunciator', topic: topics.scores.name },
] as const;

/** Where the recorder reads on in a recorded topic; null where it has not begun, undefined where nobody can say. */
export type RecordedPosition = (topic: string, partition: number) => Promise<number | null | undefined>;

/**
 * How far each service is behind in each partition of what it reads. The recorder's place is in its history, not in its
 * group: whoever asks says how to find it.
 */
export async function pipelineLag(log: Log, recorded: RecordedPosition): Promise<PartitionLag[]> {
  const ofStages = await Promise.all(
    stages.map(async ({ service, topic }) => {
      const positions = await log.groupPositions(service, topic);
      return positions.map(({ partition, lag, member }) => ({ service, topic, partition, lag, member }));
    }),
  );
  const recorders = await log.groupPositions('recorder', topics.telemetry.name);
  const ofRecorder = await Promise.all(
    recorders.flatMap(({ partition, member }) =>
      recordedTopics.map((topic) => recorderLag(log, recorded, { topic, partition, member })),
    ),
  );
  return [...ofStages.flat(), ...ofRecorder.flat()];
}

async function recorderLag(
  log: Log,
  recorded: RecordedPosition,
  { topic, partition, member }: { topic: string; partition: number; member: string | null },
): Promise<PartitionLag[]> {
  const position = await recorded(topic, partition);
  if (position === undefined) return [];
  const { start, end } = await log.range(topic, partition);
  return [{ service: 'recorder', topic, partition, lag: Math.max(0, end - (position ?? start)), member }];
}
