import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { CupolaError } from '../../../pipelines/errors.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { ConsoleStatus, LiveDelta, LiveSnapshot } from '../../../services/console/api.ts';
import { startConsole } from '../../../services/console/console.ts';
import { SettableClock } from '../../settable-clock.ts';
import { consoleUnderTest, eventually } from './console-under-test.ts';

test('a port that something else has is named, with what to do', async (t) => {
  const { service, ports } = await consoleUnderTest(t, { hours: 1 });
  const port = Number(new URL(service.url).port);
  const second = startConsole({ ...ports, history: {} as never, clock: systemClock, port });
  await assert.rejects(second, (error: CupolaError) => {
    assert.deepEqual([error.code, error.subject.value], ['CUPOLA_PORT_IN_USE', port]);
    assert.match(error.remedy, /port/);
    return true;
  });
});

test('under a foreign host name nothing is served: a rebound name reaches no telemetry', async (t) => {
  const { service } = await consoleUnderTest(t, { hours: 1 });
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'evil.example' };
    request(`${service.url}/api/status`, { headers }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  assert.equal(status, 403);
});

test('the live feed begins with everything and goes on with what changes', async (t) => {
  const { service, station } = await consoleUnderTest(t, { hours: 4 });
  const messages = await listen(`${service.url}/api/live`, t);
  await eventually(() => messages.length > 0);
  const [first] = messages;
  assert.equal(first!.event, 'snapshot');
  assert.equal((first!.data as LiveSnapshot).streams.length, 12);
  const untilMs = station.timeMs + 160_000;
  await station.advance(untilMs);
  const scored = (): number[] =>
    messages
      .flatMap(({ event, data }) => (event === 'delta' ? (data as LiveDelta).streams : []))
      .filter(({ stream }) => stream === 'loop-b')
      .flatMap(({ newScores }) => newScores.map(({ windowEndMs }) => windowEndMs));
  await eventually(() => scored().includes(untilMs));
  assert.equal(new Set(scored()).size, scored().length, 'no score comes twice');
});

test('an anomaly reaches the live feed as it opens', async (t) => {
  const { service, station } = await consoleUnderTest(t, { hours: 4 });
  const messages = await listen(`${service.url}/api/live`, t);
  await station.advance(station.timeMs + 30 * 60_000);
  const opened = (): boolean =>
    messages.some(
      ({ event, data }) =>
        event === 'delta' && (data as LiveDelta).anomalies.some(({ stream }) => stream === 'cabin-atmosphere'),
    );
  await eventually(opened);
});

test('telemetry is lost after five seconds of the clock without any', async (t) => {
  const clock = new SettableClock(1_000_000);
  const { get, station } = await consoleUnderTest(t, { hours: 2, clock });
  const telemetry = async (): Promise<string> => (await get<ConsoleStatus>('/api/status')).body.telemetry;
  assert.equal(await telemetry(), 'arriving');
  clock.advance(4900);
  assert.equal(await telemetry(), 'arriving');
  clock.advance(200);
  assert.equal(await telemetry(), 'lost');
  await station.advance(station.timeMs + 160_000);
  clock.advance(250);
  await eventually(async () => (await telemetry()) === 'arriving');
});

test('it stops with pages still listening', async (t) => {
  const { service } = await consoleUnderTest(t, { hours: 1 });
  const messages = await listen(`${service.url}/api/live`, t);
  await eventually(() => messages.length > 0);
  await service.stop();
  await assert.rejects(fetch(`${service.url}/api/status`));
});

interface Message {
  readonly event: string;
  readonly data: unknown;
}

/** Everything that a live feed says, as it comes. */
async function listen(url: string, t: { after(end: () => void): void }): Promise<readonly Message[]> {
  const ending = new AbortController();
  t.after(() => ending.abort());
  const response = await fetch(url, { signal: ending.signal });
  const messages: Message[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(part)!;
        messages.push({ event: event!, data: JSON.parse(data!) });
      }
    }
  };
  read().catch(() => undefined);
  return messages;
}
