import type { CupolaError } from '../../pipelines/errors.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';
import { startStage } from '../stage/stage.ts';
import type { ScorerPorts } from './scorer-ports.ts';
import { ScorerPartition } from './scorer-partition.ts';

export interface ScorerOptions {
  readonly maxRecords: number;
  readonly snapshotEveryRecords: number;
  readonly commitIntervalMs: number;
  /** Hears that a partition stands still over a record. */
  readonly report: (error: CupolaError) => void;
}

/** The scorer: telemetry and commands in; score events, governing models and late samples out. */
export function startScorer(ports: ScorerPorts, options: ScorerOptions): Promise<RunningService> {
  return startStage(ports, {
    name: 'scorer',
    inputTopic: topics.telemetry.name,
    stateTopic: topics.stateScorer.name,
    ...options,
    open: (partition) => ScorerPartition.open(partition, ports),
  });
}
