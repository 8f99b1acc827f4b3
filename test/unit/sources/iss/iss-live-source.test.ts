import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../services/adapters/system-clock.ts';
import { IssLiveSource } from '../../../../services/sources/iss/iss-live-source.ts';
import { stationDefinitions } from '../../../../services/sources/simulator/station-streams.ts';
import { IngestedSource } from '../../../ingested-source.ts';
import { SettableClock } from '../../../settable-clock.ts';
import { TlcpServer } from './tlcp-server.ts';

const hourMs = 3_600_000;
const yearMs = Date.UTC(2026, 0, 1);
/** 21 November 2026, 10:00 UTC, in hours of its year. */
const startHours = 324 * 24 + 10;
const startMs = yearMs + startHours * hourMs;
const acquired = '24';

/** A channel that is sampled all the time, and one that is sent on change, of the station's own streams. */
const definitions = stationDefinitions('iss');
const channels = definitions.flatMap((definition) => definition.channels);
const steady = channels.find(({ onChange }) => !onChange)!.id;
const changing = channels.find(({ onChange }) => onChange)!.id;

interface Running {
  readonly source: IngestedSource;
  readonly reports: string[];
  readonly clock: SettableClock;
}

async function running(context: TestContext, server: TlcpServer, nowMs = startMs): Promise<Running> {
  const clock = new SettableClock(nowMs);
  const reports: string[] = [];
  const iss = new IssLiveSource({
    name: 'iss',
    definitions,
    clock,
    url: server.url,
    adapterSet: 'ISSLIVE',
    tickIntervalMs: 1000,
    maxPendingBytes: 10_000,
    report: ({ isWell, message }) => reports.push(`${isWell ? 'well' : 'not well'}: ${message}`),
  });
  const source = await IngestedSource.start(iss);
  context.after(() => source.stop());
  return { source, reports, clock };
}

async function served(context: TestContext): Promise<TlcpServer> {
  const server = await TlcpServer.start();
  context.after(() => server.stop());
  return server;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const latest = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > latest) assert.fail(`not so after 15 s: ${String(isSo)}`);
    await sleep(10);
  }
}

/** Lets time pass until something is so. */
async function untilTime(clock: SettableClock, isSo: () => boolean): Promise<void> {
  await until(() => {
    clock.advance(100);
    return isSo();
  });
}

async function samplesOnce({ source }: Running, count: number): Promise<string[]> {
  await until(async () => (await source.samples()).length >= count);
  return source.samples();
}

test('items are the channels of the station’s streams, and the clock that tells of the signal', async (context) => {
  const server = await served(context);
  await running(context, server);
  await until(() => server.isHeard);
  const [session, subscription] = server.requests;
  assert.equal(session!.get('LS_adapter_set'), 'ISSLIVE');
  assert.equal(subscription!.get('LS_mode'), 'MERGE');
  assert.equal(subscription!.get('LS_schema'), 'TimeStamp Value Status.Class');
  assert.deepEqual(
    subscription!.get('LS_group')!.split(' ').sort(),
    ['TIME_000001', ...new Set(channels.map(({ id }) => id))].sort(),
  );
});

test('updates are samples at their own time, in hours of the year, however the feed counts them', async (context) => {
  for (const firstDay of [0, 24]) {
    const server = await served(context);
    const stamp = (ms: number): string => String(startHours + firstDay + ms / hourMs);
    server.publish('TIME_000001', [stamp(-1000), '1', acquired]);
    const running_ = await running(context, server);
    await until(() => server.isHeard);
    server.publish(steady, [stamp(-500), '12.5', acquired]);
    server.publish(steady, [stamp(250), '-13', acquired]);
    assert.deepEqual(await samplesOnce(running_, 2), [
      `${steady}@${startMs - 500}=12.5`,
      `${steady}@${startMs + 250}=-13`,
    ]);
  }
});

test('of what is there at first, a value that is sent on change holds until now, if the station is heard', async (context) => {
  for (const status of [acquired, '4']) {
    const server = await served(context);
    server.publish('TIME_000001', [String(startHours), '1', status]);
    server.publish(changing, [String(startHours - 3), '1', acquired]);
    server.publish(steady, [String(startHours - 1), '2', acquired]);
    const samples = await samplesOnce(await running(context, server), 2);
    const heldMs = status === acquired ? startMs : startMs - 3 * hourMs;
    assert.deepEqual(samples.sort(), [`${changing}@${heldMs}=1`, `${steady}@${startMs - hourMs}=2`].sort());
  }
});

test('loss of signal is told, once, and so is its end; time goes on meanwhile', async (context) => {
  const server = await served(context);
  server.publish('TIME_000001', [String(startHours), '1', acquired]);
  const { source, reports, clock } = await running(context, server);
  await until(() => reports.length === 2);
  server.publish('TIME_000001', [String(startHours), '1', '1']);
  server.publish('TIME_000001', [String(startHours), '2', '1']);
  await until(() => reports.length === 3);
  clock.advance(1000);
  clock.advance(1000);
  await until(async () => (await source.ticks(definitions[0]!.stream)).at(-1) === startMs + 2000);
  server.publish('TIME_000001', [String(startHours + 1), '3', acquired]);
  await until(() => reports.length === 4);
  assert.deepEqual(reports, [
    `well: receives from ${server.url}`,
    'well: signal of the station acquired',
    'not well: signal of the station lost; its telemetry comes when it is acquired again',
    'well: signal of the station acquired',
  ]);
});

test('what is no number becomes a dead letter; an item without a value yet is nothing', async (context) => {
  const server = await served(context);
  const { source } = await running(context, server);
  await until(() => server.isHeard);
  server.publish(steady, [null, null, null]);
  server.publish(steady, [String(startHours), 'OFF', acquired]);
  server.publish(steady, ['noon', '1', acquired]);
  await until(async () => (await source.deadLetters()).length === 2);
  const letters = (await source.deadLetters()).map(({ reason, position, bytes }) => [
    reason,
    position,
    Buffer.from(bytes).toString(),
  ]);
  assert.deepEqual(letters, [
    ['not-a-number', `item ${steady}`, `{"channel":"${steady}","time":"${startHours}","value":"OFF"}`],
    ['not-a-number', `item ${steady}`, `{"channel":"${steady}","time":"noon","value":"1"}`],
  ]);
  assert.deepEqual(await source.samples(), []);
});

test('a connection that breaks is made again, and a server that went away is found again', async (context) => {
  let server = await TlcpServer.start();
  const { port } = server;
  context.after(() => server.stop());
  const live = await running(context, server);
  await until(() => server.isHeard);
  server.publish(steady, [String(startHours), '1', acquired]);
  await samplesOnce(live, 1);
  server.dropConnections();
  await until(() => !server.isHeard);
  await untilTime(live.clock, () => server.isHeard);
  server.publish(steady, [String(startHours + 1 / 3600), '2', acquired]);
  await until(async () => (await live.source.samples()).at(-1)!.endsWith('=2'));
  await server.stop();
  await until(() => live.reports.some((report) => /cannot be reached; it is tried again/.test(report)));
  // Long enough for attempts that find nobody.
  for (let attempts = 0; attempts < 3; attempts++) {
    await sleep(100);
    live.clock.advance(4000);
  }
  server = await TlcpServer.start(port);
  await untilTime(live.clock, () => server.isHeard);
  server.publish(steady, [String(startHours + 2 / 3600), '3', acquired]);
  await until(async () => (await live.source.samples()).at(-1)!.endsWith('=3'));
});

test('a server that refuses is told of and asked again later', async (context) => {
  const server = await served(context);
  server.refusal = '2,Requested Adapter Set not available';
  const { reports, clock } = await running(context, server);
  await until(() => reports.length === 1);
  assert.match(reports[0]!, /^not well: .* refuses: Requested Adapter Set not available \(2\)$/);
  server.refusal = null;
  await untilTime(clock, () => server.isHeard);
});

test('it ends when it is told to, whether the server is there or not', async (context) => {
  const server = await served(context);
  const { source } = await running(context, server);
  await until(() => server.isHeard);
  await source.ingest.stop();
  await until(() => !server.isHeard);
  const clock = systemClock;
  const nowhere = new IssLiveSource({
    name: 'iss',
    definitions,
    clock,
    url: 'http://127.0.0.1:9',
    adapterSet: 'ISSLIVE',
    tickIntervalMs: 1000,
    maxPendingBytes: 1000,
    report: () => undefined,
  });
  const other = await IngestedSource.start(nowhere);
  await until(async () => (await other.ticks(definitions[0]!.stream)).length > 0);
  await other.stop();
});
