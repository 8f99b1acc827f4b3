/**
 * Serves the console over a staged station, for work on the page: `node test/e2e/serve-staged.ts [port] [speed]`.
 * The page is built anew at each start.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConsole, consoleDist } from '../../dashboards/console/build.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { openEmbeddedHistory } from '../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../services/adapters/files/bundle-store.ts';
import { startConsole } from '../../services/console/console.ts';
import { StagedStation } from '../staged-station/staged-station.ts';

const [port = 8471, speed = 60] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'cupola-staged-'));
const path = join(folder, 'log.db');
const [log, history] = [openEmbeddedLog({ path }), openEmbeddedHistory({ path })];
const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
const nowMs = Date.UTC(2026, 10, 21, 10, 15, 30);
const station = new StagedStation({ log, history, bundles }, nowMs, 14);
await station.open();
await buildConsole();
const report = console.error;
const service = await startConsole({ log, history, bundles, clock: systemClock, port, assets: consoleDist, report });
console.log(`staging at ${service.url}`);
await station.advance(nowMs);
console.log('live');
const beganMs = Date.now();
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
while (!stopping.signal.aborted) {
  await station.advance(nowMs + (Date.now() - beganMs) * speed);
  await systemClock.sleep(100, stopping.signal);
}
await service.stop();
await log.close();
await history.close();
await rm(folder, { recursive: true });
