import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AnomalySummary, CommandStatus, PossibleFaultList, SimilarIncidents } from '../../services/console/api.ts';
import { configSchema, type Config } from '../../services/host/config-schema.ts';
import { startHost, type Host } from '../../services/host/host.ts';
import { createLogger } from '../../services/host/logger.ts';
import { firstFits } from '../../services/host/training-hold.ts';

const minute = 60_000;
const orbitMs = 92 * minute;
const stream = 'thermal-internal';
const speed = 1_000_000;
const folder = mkdtempSync(join(tmpdir(), 'cupola-similar-'));
after(() => rmSync(folder, { recursive: true }));
const logger = createLogger({ level: 'silent', pretty: 'never' });

/** Faults in the order in which they befall the stream, and from one to the next. */
const befalling = ['rise', 'fall', 'fall', 'rise'] as const;
const everyMs = 20 * minute;

function config(services: readonly string[]): Config {
  return configSchema.parse({
    dataDir: folder,
    sources: [{ type: 'simulate', seed: 5, historyOrbits: 2, faults: false, lossOfSignal: false, speed }],
    training: { firstFitAfterMs: 1.9 * orbitMs, refitEveryMs: null, maxEpochs: 3, maxSeconds: 60 },
    console: { port: 0 },
    services,
  });
}

async function get<T>(host: Host, path: string): Promise<T> {
  return (await (await fetch(`${host.url}${path}`)).json()) as T;
}

async function ask(host: Host, command: object): Promise<CommandStatus> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${host.url}/api/commands`, { method: 'POST', headers, body: JSON.stringify(command) });
  assert.equal(response.status, 202);
  return (await response.json()) as CommandStatus;
}

/** Asks until something is there, for ten seconds at most. */
async function eventually<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  const untilMs = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > untilMs) throw new Error('it did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs the station through its history, until the stream has a model. */
async function learn(): Promise<void> {
  const services = ['recorder', 'annunciator', 'scorer', 'ingest', 'trainer'];
  const host = await startHost(config(services), { logger, liveSeconds: minute / 1000 / speed });
  const fitted = firstFits(host.adapters.log, [stream], new Set(), host.adapters.clock, AbortSignal.timeout(60_000));
  await Promise.race([host.failed, Promise.all([host.sourcesEnded, fitted])]);
  await host.stop();
}

/** Asks for the faults while nothing runs but the console. */
async function askForFaults(): Promise<void> {
  const host = await startHost(config(['console']), { logger });
  const { faults } = await eventually(async () => {
    const possible = await get<PossibleFaultList>(host, `/api/streams/${stream}/possible-faults`);
    return possible.faults?.length > 0 ? possible : null;
  });
  const [channelId] = faults.find(({ kind }) => kind === 'step')!.channelIds;
  for (const [index, name] of befalling.entries()) {
    const amplitudeSigma = name === 'rise' ? 9 : -9;
    const fault = { kind: 'step', channelId, amplitudeSigma, durationMs: 8 * minute, startsAfterMs: everyMs * index };
    await ask(host, { type: 'inject-fault', id: `${index}-${name}`, stream, fault });
  }
  await host.stop();
}

test('an anomaly is most like the earlier one of the same fault, and that one says what it was judged to be', async () => {
  await learn();
  await askForFaults();
  const services = ['recorder', 'annunciator', 'scorer', 'ingest', 'console'];
  const host = await startHost(config(services), {
    logger,
    liveSeconds: (befalling.length * everyMs + minute) / 1000 / speed,
  });
  try {
    await Promise.race([host.failed, host.sourcesEnded]);
    // Not settled yet: that would end what answers.
    const byFault = await eventually(async () => {
      const { anomalies } = await get<{ anomalies: AnomalySummary[] }>(host, `/api/anomalies?stream=${stream}`);
      const found = new Map(
        befalling.map((name, index) => {
          const of = anomalies.filter(({ faults }) => faults.some(({ id }) => id === `commanded-${index}-${name}`));
          return [index, of.toSorted((a, b) => b.peakScore - a.peakScore)[0]];
        }),
      );
      return [...found.values()].every((anomaly) => anomaly?.state === 'closed') ? found : null;
    });
    for (const index of [2, 3]) {
      const { id } = byFault.get(index)!;
      const { incidents, comparedByCode } = await get<SimilarIncidents>(host, `/api/anomalies/${id}/similar`);
      assert.ok(comparedByCode >= index, `${comparedByCode} compared by code`);
      assert.equal(nameOf(incidents[0]!.anomaly), befalling[index], JSON.stringify(incidents.map(brief)));
      assert.ok(incidents[0]!.likeness > 0.6, `${incidents[0]!.likeness}`);
    }
    const { id: anomalyId, startMs: fromMs, endMs: toMs } = byFault.get(0)!;
    await ask(host, { type: 'judge', stream, judgement: 'normal', fromMs, toMs, anomalyId, reason: 'a drill' });
    const verdict = await eventually(async () => {
      const { incidents } = await get<SimilarIncidents>(host, `/api/anomalies/${byFault.get(3)!.id}/similar`);
      return incidents[0]!.anomaly.verdict;
    });
    assert.deepEqual([verdict.judgement, verdict.reason], ['normal', 'a drill']);
  } finally {
    await host.stop();
  }
});

function nameOf({ faults }: AnomalySummary): string {
  return faults[0]!.id.split('-').at(-1)!;
}

function brief({ anomaly, likeness, byChannels, byCode }: SimilarIncidents['incidents'][number]): unknown[] {
  return [anomaly.faults.map(({ id }) => id), likeness, byChannels, byCode];
}
