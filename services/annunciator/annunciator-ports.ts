import type { BundleStore, Log } from '../../pipelines/ports.ts';

/** What the annunciator needs of the outside. */
export interface AnnunciatorPorts {
  readonly log: Log;
  readonly bundles: BundleStore;
}
