import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedHistory } from '../../services/adapters/embedded/history-store.ts';
import { historyStoreConformance } from './history-store.ts';

historyStoreConformance('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-history-'));
  return {
    open: async () => openEmbeddedHistory({ path: join(folder, 'history.db') }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});
