import type { BundleStore } from '../../pipelines/ports.ts';
import type { StagePorts } from '../stage/stage.ts';

/** What the annunciator needs of the outside. */
export interface AnnunciatorPorts extends StagePorts {
  readonly bundles: BundleStore;
}
