import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { SettableClock } from '../settable-clock.ts';
import { bundleStoreConformance } from './bundle-store.ts';

bundleStoreConformance('files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-bundles-'));
  const clock = new SettableClock(1_700_000_000_000);
  return {
    open: async () => new FileBundleStore(folder, clock),
    pass: async () => clock.advance(1000),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});
