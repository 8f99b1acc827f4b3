import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { logConformance } from './log.ts';

let names = 0;
const name = (purpose: string): string => `${purpose}-${names++}`;

logConformance('embedded, on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cupola-log-'));
  return {
    open: async () => openEmbeddedLog({ path: join(folder, 'log.db'), partitions: 4 }),
    name,
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

logConformance('embedded, in memory', async () => ({
  open: async () => openEmbeddedLog({ path: ':memory:conformance', partitions: 4 }),
  name,
  dispose: async () => {},
}));
