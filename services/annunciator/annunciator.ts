import type { CupolaError } from '../../pipelines/errors.ts';
import { topics } from '../../pipelines/topics.ts';
import type { RunningService } from '../service.ts';
import { startStage } from '../stage/stage.ts';
import type { AnnunciatorPorts } from './annunciator-ports.ts';
import { AnnunciatorPartition } from './annunciator-partition.ts';

export interface AnnunciatorOptions {
  readonly maxRecords: number;
  readonly snapshotEveryRecords: number;
  readonly commitIntervalMs: number;
  /** Hears that a partition stands still over a record. */
  readonly report: (error: CupolaError) => void;
}

/** The annunciator: score events and commands in; anomaly events and governing thresholds out. */
export function startAnnunciator(ports: AnnunciatorPorts, options: AnnunciatorOptions): Promise<RunningService> {
  return startStage(ports, {
    name: 'annunciator',
    inputTopic: topics.scores.name,
    stateTopic: topics.stateAnnunciator.name,
    ...options,
    open: (partition) => AnnunciatorPartition.open(partition, ports),
  });
}
