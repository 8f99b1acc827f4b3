import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { defaultLineProtocolMapping } from '../../../pipelines/telemetry/line-protocol-codec.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { MqttSource, type MqttOptions } from '../../../services/sources/mqtt/mqtt-source.ts';
import { IngestedSource, streamOf } from '../../ingested-source.ts';
import { Mosquitto } from './mosquitto.ts';

const timeMs = Date.UTC(2026, 0, 5);
let broker: Mosquitto;
let clients = 0;

before(async () => (broker = await Mosquitto.start()));
after(() => broker.stop());

type Changes = Partial<MqttOptions>;

/** What a subscriber says of itself; a client id makes it the same to the broker as the one before. */
function options(changes: Changes): MqttOptions {
  return {
    name: 'broker',
    definitions: [streamOf('broker', 'lab', ['lab.temp', 'V', 'A'])],
    clock: systemClock,
    url: broker.url,
    protocolVersion: '5',
    clientId: `cupola-${process.pid}-${clients++}`,
    username: null,
    password: null,
    topics: [{ topic: 'craft/{module}/{sensor}', channel: '{module}.{sensor}', payload: 'number' }],
    qos: 1,
    sessionExpirySeconds: 600,
    tickIntervalMs: 1000,
    maxPendingBytes: 100_000,
    report: () => undefined,
    ...changes,
  };
}

interface Running {
  readonly source: IngestedSource;
  readonly reports: string[];
  readonly changes: Changes;
}

/** A source that is subscribed. */
async function running(context: TestContext, changes: Changes = {}): Promise<Running> {
  const reports: string[] = [];
  const whole = options({ report: ({ message }) => reports.push(message), ...changes });
  const source = await IngestedSource.start(new MqttSource(whole));
  context.after(() => source.stop());
  await until(() => reports.some((message) => message.startsWith('receives from')));
  return { source, reports, changes: { ...changes, clientId: whole.clientId } };
}

async function publish(
  messages: readonly (readonly [topic: string, payload: string])[],
  url = broker.url,
): Promise<void> {
  const client = await connectAsync(url);
  for (const [topic, payload] of messages) await client.publishAsync(topic, payload, { qos: 1 });
  await client.endAsync();
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const latest = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > latest) assert.fail(`not so after 10 s: ${String(isSo)}`);
    await sleep(20);
  }
}

async function samplesOnce(source: IngestedSource, count: number): Promise<string[]> {
  await until(async () => (await source.samples()).length >= count);
  return source.samples();
}

/** Values 1 to n, as messages of one channel. */
function counting(topic: string, count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [topic, `${i + 1}`]);
}

function valuesOf(samples: readonly string[]): number[] {
  return samples.map((sample) => Number(sample.split('=')[1]));
}

for (const protocolVersion of ['3.1.1', '5'] as const) {
  describe(`MQTT ${protocolVersion}`, () => {
    test('numbers, JSON and line protocol come into the log, and what is neither becomes a dead letter with its topic', async (context) => {
      const root = `formats-${protocolVersion}`;
      const { source } = await running(context, {
        protocolVersion,
        topics: [
          { topic: `${root}/numbers/{module}/{sensor}`, channel: '{module}.{sensor}', payload: 'number' },
          { topic: `${root}/json`, channel: null, payload: 'json', json: null },
          {
            topic: `${root}/foreign/{channel}`,
            channel: '{channel}',
            payload: 'json',
            json: { channel: '-', time: 'at', value: 'v', timeUnit: 's', channels: {} },
          },
          {
            topic: `${root}/lines/#`,
            channel: null,
            payload: 'line-protocol',
            lineProtocol: defaultLineProtocolMapping,
            precision: 'ms',
          },
        ],
      });
      await publish([
        [`${root}/numbers/lab/temp`, '21.5'],
        [`${root}/json`, `{"channel":"V","time":${timeMs},"value":1}`],
        [`${root}/foreign/A`, `{"at":${timeMs / 1000},"v":2}`],
        [`${root}/lines/some/where`, `telemetry,channel=V value=3 ${timeMs + 1}\nbad line`],
        [`${root}/numbers/lab/temp`, 'warm'],
        [`${root}/numbers/lab/other`, '1'],
      ]);
      await until(async () => (await source.deadLetters()).length === 3);
      const samples = await source.samples();
      assert.deepEqual(
        samples.filter((sample) => !sample.startsWith('lab.temp')),
        [`V@${timeMs}=1`, `A@${timeMs}=2`, `V@${timeMs + 1}=3`],
      );
      assert.match(samples[0]!, /^lab\.temp@\d{13}=21\.5$/);
      const letters = (await source.deadLetters()).map(({ reason, position }) => `${reason} at ${position}`);
      assert.deepEqual(letters.slice(0, 2), [
        `undecodable at ${root}/lines/some/where, line 2`,
        `not-a-number at ${root}/numbers/lab/temp, byte 0`,
      ]);
      assert.match(letters[2]!, /^unknown-channel/);
    });

    test('what the log did not take comes again, to the next process', async (context) => {
      const topic = `unacknowledged-${protocolVersion}`;
      const first = await running(context, { protocolVersion, topics: [{ topic, channel: 'V', payload: 'number' }] });
      await publish(counting(topic, 5));
      await samplesOnce(first.source, 5);
      first.source.holdCommits();
      await publish(counting(topic, 50));
      await sleep(300);
      // Ingest fails: nothing of what it holds gets into a log.
      await first.source.log.close();
      await first.source.stop();
      await publish(counting(topic, 55).slice(50));
      const second = await running(context, first.changes);
      const values = valuesOf(await samplesOnce(second.source, 55));
      assert.deepEqual(
        values,
        counting(topic, 55).map(([, value]) => Number(value)),
      );
    });

    test('what the log took is acknowledged, many messages a commit, and does not come again', async (context) => {
      const topic = `acknowledged-${protocolVersion}`;
      const first = await running(context, { protocolVersion, topics: [{ topic, channel: 'V', payload: 'number' }] });
      first.source.holdCommits();
      await publish(counting(topic, 200));
      await sleep(300);
      const before = await first.source.commits();
      first.source.letCommitsThrough();
      assert.equal((await samplesOnce(first.source, 200)).length, 200);
      const commits = (await first.source.commits()) - before;
      assert.ok(commits <= 40, `${commits} commits for 200 messages: the broker has 20 on their way at once`);
      await first.source.stop();
      const second = await running(context, first.changes);
      await publish([[topic, '-1']]);
      assert.deepEqual(valuesOf(await samplesOnce(second.source, 1)), [-1]);
    });
  });
}

test('a broker that goes and comes back is found again; both are told once', async (context) => {
  const own = await Mosquitto.start();
  context.after(() => own.stop());
  const { source, reports } = await running(context, { url: own.url });
  await publish([['craft/lab/temp', '1']], own.url);
  await samplesOnce(source, 1);
  await own.server.stop();
  await until(() => reports.length >= 2);
  await sleep(1500);
  await own.server.start();
  await until(() => reports.at(-1) === `receives from ${own.url}`);
  await publish([['craft/lab/temp', '2']], own.url);
  assert.deepEqual(valuesOf(await samplesOnce(source, 2)), [1, 2]);
  assert.deepEqual(
    reports.map((report) => report.replace(own.url, 'it').replace(/: connect.*/, '')),
    ['receives from it', 'it has gone; it is tried again', 'it cannot be used', 'receives from it'],
  );
});

test('messages of quality of service 0 wait in the connection while the log is slow', async (context) => {
  const topics = [{ topic: 'fast', channel: 'V', payload: 'number' }] as const;
  const { source } = await running(context, { qos: 0, topics, maxPendingBytes: 20 });
  source.holdCommits();
  await publish(counting('fast', 30));
  source.letCommitsThrough();
  assert.deepEqual(
    valuesOf(await samplesOnce(source, 30)),
    counting('fast', 30).map(([, value]) => Number(value)),
  );
});

test('a broker that wants a password is told it, and a wrong one is reported while it is tried again', async (context) => {
  const user = { username: 'cupola', password: 'secret' };
  const own = await Mosquitto.start(user);
  context.after(() => own.stop());
  await running(context, { ...user, url: own.url });
  const reports: string[] = [];
  const source = await IngestedSource.start(
    new MqttSource(
      options({ ...user, password: 'other', url: own.url, report: ({ message }) => reports.push(message) }),
    ),
  );
  context.after(() => source.stop());
  await until(() => reports.some((message) => /Not authorized/i.test(message)));
});
