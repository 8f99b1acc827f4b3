import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PossibleFaults } from '../../../pipelines/fault-request.ts';
import type { Clock, ScoringRuntime } from '../../../pipelines/ports.ts';
import { openEmbeddedHistory } from '../../../services/adapters/embedded/history-store.ts';
import { openEmbeddedLog } from '../../../services/adapters/embedded/embedded-log.ts';
import { FileBundleStore } from '../../../services/adapters/files/bundle-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { ConsoleStatus } from '../../../services/console/api.ts';
import { startConsole, type ConsoleService } from '../../../services/console/console.ts';
import { StagedStation } from '../../staged-station/staged-station.ts';

/** The moment about which the staged station's faults are placed. */
export const stagedNowMs = Date.UTC(2026, 10, 21, 10, 15, 30);

/** A console over a staged station, on a real log, history, bundle store and port. */
export interface ConsoleUnderTest {
  readonly service: ConsoleService;
  readonly station: StagedStation;
  readonly ports: {
    readonly log: ReturnType<typeof openEmbeddedLog>;
    readonly history: ReturnType<typeof openEmbeddedHistory>;
    readonly bundles: FileBundleStore;
  };
  readonly get: <T>(path: string) => Promise<Answer<T>>;
  readonly post: <T>(path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer<T>>;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Starts one that has seen `hours` of telemetry up to `stagedNowMs`; it ends with its test. */
export async function consoleUnderTest(
  test: { after(end: () => Promise<void>): void },
  {
    hours = 6,
    assets,
    clock = systemClock,
    possibleFaults = new Map(),
    runtime,
  }: {
    hours?: number;
    assets?: string;
    clock?: Clock;
    possibleFaults?: PossibleFaults;
    runtime?: ScoringRuntime;
  } = {},
): Promise<ConsoleUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'cupola-console-'));
  const path = join(folder, 'log.db');
  const [log, history] = [openEmbeddedLog({ path }), openEmbeddedHistory({ path })];
  const bundles = new FileBundleStore(join(folder, 'bundles'), systemClock);
  const station = new StagedStation({ log, history, bundles }, stagedNowMs, hours);
  await station.open();
  await station.advance(stagedNowMs);
  const service = await startConsole({
    log,
    history,
    bundles,
    clock,
    port: 0,
    possibleFaults,
    ...(assets === undefined ? {} : { assets }),
    ...(runtime === undefined ? {} : { runtime }),
  });
  test.after(async () => {
    await service.stop();
    await history.close();
    await log.close();
    await rm(folder, { recursive: true });
  });
  const ask = async <T>(path: string, init?: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(`${service.url}${path}`, init);
    return { status: response.status, body: (await response.json()) as T };
  };
  await eventually(async () => {
    const { body } = await ask<ConsoleStatus>('/api/status');
    return body.telemetry !== 'reading' && body.stationTimeMs !== null;
  });
  return {
    service,
    station,
    ports: { log, history, bundles },
    get: (path) => ask(path),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Asks until the answer is yes, for five seconds at most. */
export async function eventually(ask: () => Promise<boolean> | boolean): Promise<void> {
  const untilMs = Date.now() + 5000;
  while (!(await ask())) {
    if (Date.now() > untilMs) throw new Error('it did not come true within 5 s');
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
