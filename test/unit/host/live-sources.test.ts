import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { loadConfig } from '../../../services/host/config.ts';
import { ConfigInvalid } from '../../../services/host/config-problems.ts';
import { openSources } from '../../../services/host/sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'cupola-live-sources-'));
after(() => rmSync(folder, { recursive: true }));

const host = { clock: systemClock, report: () => undefined };

function load(yaml: string) {
  const file = join(folder, 'cupola.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ file, environment: {} }).config;
}

function refusals(yaml: string): string[] {
  try {
    load(yaml);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    return error.problems.map(({ field, bound }) => `${field}: ${bound}`);
  }
}

const source = 'sources: [{ type: line-protocol-http, name: gateway, port: 0 }]';

test('a stream is defined by its interval and its channels; the rest has defaults', async () => {
  const config = load(`${source}
streamDefinitions:
  - stream: tank
    source: gateway
    intervalMs: 1000
    channels: [NODE3000005, tank.pressure, { id: valve, kind: enumeration, role: context, states: [{ value: 0, label: shut }] }]
`);
  const { sources, streams } = await openSources(config, host);
  assert.deepEqual(streams, ['tank']);
  const [definition] = await sources[0]!.definitions();
  const { channels, ...timing } = definition!;
  assert.partialDeepStrictEqual(timing, {
    source: 'gateway',
    windowLengthMs: 64_000,
    strideMs: 8000,
    staleAfterMs: 4000,
    warmUpMs: 3_600_000,
  });
  assert.deepEqual(
    channels.map(({ id, kind, role, unit }) => [id, kind, role, unit]),
    [
      ['NODE3000005', 'real', 'scored', '%'],
      ['tank.pressure', 'real', 'scored', ''],
      ['valve', 'enumeration', 'context', ''],
    ],
  );
});

test('a definition is refused by field where it breaks a rule of its own or feeds on nothing', () => {
  const stream = (fields: string): string =>
    `${source}\nstreamDefinitions: [{ stream: a, source: gateway, intervalMs: 1000, channels: [V], ${fields} }]`;
  assert.deepEqual(refusals(stream('windowLengthMs: 1500')), [
    'streamDefinitions[0].windowLengthMs: a multiple of intervalMs (1000)',
    'streamDefinitions[0].strideMs: at most windowLengthMs (1500)',
  ]);
  assert.deepEqual(refusals(stream('channels: [V, V]').replace('channels: [V], ', '')), [
    'streamDefinitions[0].channels: channel V stands twice',
  ]);
  const counter = stream('channels: [{ id: V, kind: counter }]').replace('channels: [V], ', '');
  assert.match(refusals(counter).join(), /^streamDefinitions\[0\]\.channels\[0\]\.rolloverAt: /);
  assert.deepEqual(refusals(stream('source: gatway').replace('source: gateway, ', '')), [
    'streamDefinitions[0].source: the name of a source without streams of its own: gateway',
    'sources[0]: the source of a stream in streamDefinitions, as it brings none',
  ]);
  const other = '{ stream: a, source: gateway, intervalMs: 1000, channels: [W] }';
  assert.deepEqual(refusals(`${source}\nstreamDefinitions: [${other}, ${other}]`), [
    'streamDefinitions[1].stream: another id than those before it',
  ]);
});

test('what is wrong within a list of sections is named by its place', () => {
  const yaml = `${source}\nstreamDefinitions: [{ stream: a, source: gateway, intervalMs: 0, chanels: [V], channels: [] }]`;
  assert.deepEqual(
    refusals(yaml).map((refusal) => refusal.split(':')[0]),
    ['streamDefinitions[0].intervalMs', 'streamDefinitions[0].channels', 'streamDefinitions[0].chanels'],
  );
});

test('a token that cannot be read is said before anything starts', async () => {
  const config = load(`sources: [{ type: line-protocol-http, tokenFile: ${join(folder, 'nowhere')} }]
streamDefinitions: [{ stream: a, source: line-protocol-http, intervalMs: 1000, channels: [V] }]`);
  await assert.rejects(openSources(config, host), { code: 'ENOENT' });
});

function mqtt(topic: string): string {
  return `sources: [{ type: mqtt, url: mqtt://broker, topics: [${topic}] }]
streamDefinitions: [{ stream: a, source: mqtt, intervalMs: 1000, channels: [V] }]`;
}

test('topics of a broker say how their messages are read and what channel they are of', async () => {
  for (const topic of [
    '{ topic: "a/{channel}", payload: number }',
    '{ topic: "a/{unit}/{sensor}", channel: "{unit}.{sensor}", json: { value: v, timeUnit: s } }',
    '{ topic: a/+/#, payload: line-protocol, precision: ms, lineProtocol: { timeField: at } }',
  ])
    assert.deepEqual((await openSources(load(mqtt(topic)), host)).streams, ['a']);
  assert.match(refusals(mqtt('{ topic: a/b+ }')).join(), /^sources\[0\]\.topics\[0\]\.topic: /);
  assert.deepEqual(refusals(mqtt('{ topic: "a/{unit}", channel: "{module}" }')), [
    'sources[0].topics[0].channel: a template of {unit}, {topic}; nothing stands for {module}',
  ]);
  assert.match(refusals(mqtt('{ topic: a }').replace('mqtt://broker', 'broker:1883')).join(), /^sources\[0\]\.url: /);
});

test('the station’s feed has the streams of the simulated station, unless others are defined for it', async () => {
  const { streams } = await openSources(load('sources: [{ type: iss-live }]'), host);
  assert.equal(streams.length, 12);
  const own = `sources: [{ type: iss-live }]
streamDefinitions: [{ stream: urine, source: iss-live, intervalMs: 10000, channels: [NODE3000005] }]`;
  assert.deepEqual((await openSources(load(own), host)).streams, ['urine']);
});

function kafka(topics: string): string {
  return `sources: [{ type: kafka, brokers: ['kafka:9092'], topics: [${topics}] }]
streamDefinitions: [{ stream: a, source: kafka, intervalMs: 1000, channels: [V] }]`;
}

test('topics of Kafka say where channel, time and value stand in their records', async () => {
  const topics = '{ topic: a, json: { channel: sensor.id, timeUnit: s } }, { topic: b, payload: number }';
  assert.deepEqual((await openSources(load(kafka(topics)), host)).streams, ['a']);
  assert.deepEqual(refusals(kafka('{ topic: a, channel: "{value}" }')), [
    'sources[0].topics[0].channel: a template of {key}, {topic}; nothing stands for {value}',
  ]);
  assert.deepEqual(refusals(kafka('{ topic: a }, { topic: a }')), [
    'sources[0].topics[1].topic: another than those before it',
  ]);
  assert.match(
    refusals(kafka('{ topic: a }').replace('kafka:9092', 'kafka')).join(),
    /^sources\[0\]\.brokers\[0\]: host:port/,
  );
});
