import type { GroupPosition, HistoryStore, Log } from '../../pipelines/ports.ts';
import { topics } from '../../pipelines/topics.ts';
import type { PartitionService, PartitionSummary } from './api.ts';
import type { ReadModel } from './read-model.ts';

/** What the partitions' standing is read from. */
export interface PartitionSources {
  readonly model: ReadModel;
  readonly log: Log;
  readonly history: HistoryStore;
}

const telemetry = topics.telemetry.name;
const scores = topics.scores.name;

/** How every partition of telemetry stands, and each service in it. */
export async function partitionSummaries({ model, log, history }: PartitionSources): Promise<PartitionSummary[]> {
  const [scorer, annunciator, recorder] = await Promise.all([
    log.groupPositions('scorer', telemetry),
    log.groupPositions('annunciator', scores),
    log.groupPositions('recorder', telemetry).then((positions) => recorded(positions, log, history)),
  ]);
  const streams = await Promise.all(
    model.streams().map(async ({ stream, watermarkMs }) => ({
      stream,
      watermarkMs,
      partition: await log.partitionOf(telemetry, stream),
    })),
  );
  return scorer.map(({ partition }) => {
    const own = streams.filter((stream) => stream.partition === partition);
    const watermarks = own.map(({ watermarkMs }) => watermarkMs);
    return {
      partition,
      streams: own.map(({ stream }) => stream),
      watermarkMs: watermarks.some((watermarkMs) => watermarkMs === null) ? null : least(watermarks as number[]),
      services: Object.entries({ scorer, annunciator, recorder }).map(([service, positions]): PartitionService => {
        const { lag, member } = positions[partition]!;
        return { service, lagRecords: lag, member };
      }),
    };
  });
}

/** The recorder's positions are kept by the history. */
function recorded(positions: readonly GroupPosition[], log: Log, history: HistoryStore): Promise<GroupPosition[]> {
  return Promise.all(
    positions.map(async (position) => {
      const { start, end } = await log.range(telemetry, position.partition);
      const offset = await history.position(telemetry, position.partition);
      return { ...position, offset, lag: end - (offset ?? start) };
    }),
  );
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}
