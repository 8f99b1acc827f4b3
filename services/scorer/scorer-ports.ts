import type { BundleStore, ScoringRuntime } from '../../pipelines/ports.ts';
import type { StagePorts } from '../stage/stage.ts';

/** What the scorer needs of the outside. */
export interface ScorerPorts extends StagePorts {
  readonly bundles: BundleStore;
  readonly runtime: ScoringRuntime;
}
