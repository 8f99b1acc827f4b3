import type { BundleStore, Log, ScoringRuntime } from '../../pipelines/ports.ts';

/** What the scorer needs of the outside. */
export interface ScorerPorts {
  readonly log: Log;
  readonly bundles: BundleStore;
  readonly runtime: ScoringRuntime;
}
