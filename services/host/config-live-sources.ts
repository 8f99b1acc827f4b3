import { z } from 'zod';
import { durationMs, field, hourMs, secondMs, text } from './config-field.ts';
import { saslSchema, tlsSchema } from './config-log.ts';
import { lineProtocolMappingSchema, payloadFields } from './config-payload.ts';

/** Sources of telemetry that comes by itself, as it is measured: sections of cupola.yaml. */

const megabyte = 1_000_000;

function name(preset: string): z.ZodDefault<z.ZodString> {
  return field(text.max(100).default(preset), 'Name of the source, by which streams are defined for it.', 'gateway');
}

const tickIntervalMs = field(
  durationMs(100, hourMs).default(secondMs),
  'Time between ticks, by which silence is noticed.',
  secondMs,
);

const maxPendingBytes = field(
  z
    .int()
    .min(1000)
    .default(64 * megabyte),
  'Telemetry that may wait for the log; beyond that its sender has to wait.',
  16 * megabyte,
);

const lineProtocolHttpSchema = z.strictObject({
  type: field(
    z.literal('line-protocol-http'),
    "InfluxDB line protocol, sent here by Telegraf or any client of InfluxDB's write API.",
    'line-protocol-http',
  ),
  name: name('line-protocol-http'),
  host: field(text.max(253).default('127.0.0.1'), 'Address to listen on.', '0.0.0.0'),
  port: field(z.int().min(0).max(65_535).default(8186), 'Port to listen on; 0 takes a free one.', 8186),
  mapping: lineProtocolMappingSchema.prefault({}),
  tokenFile: field(
    text.optional(),
    'File with the token (or password) that senders must give; without one everybody is let in.',
    '/run/secrets/telemetry-token',
  ),
  tickIntervalMs,
  maxBodyBytes: field(
    z
      .int()
      .min(1000)
      .default(25 * megabyte),
    'Size of a request, decompressed; larger ones are refused.',
    megabyte,
  ),
  maxPendingBytes,
});

/** Levels between slashes; `+` alone in its level, `#` alone in the last. */
const topic = /^(?:#|(?:[^/+#]*|\+)(?:\/(?:[^/+#]*|\+))*(?:\/#)?)$/;

const mqttTopicSchema = z.strictObject({
  topic: field(
    text.max(1000).regex(topic, 'an MQTT topic; + and # stand alone in their level, # in the last'),
    'Topics to subscribe to: {NAME} stands for any one level, + too, and # at the end for all that follow.',
    'craft/{module}/{sensor}',
  ),
  channel: field(
    text.max(200).optional(),
    'The channel of a topic: its named levels, and {topic}. By default {channel} where a level is named so; else {topic} of numbers, and of other payloads what they name themselves.',
    '{module}.{sensor}',
  ),
  ...payloadFields,
});

const mqttSchema = z.strictObject({
  type: field(z.literal('mqtt'), 'Topics of an MQTT broker.', 'mqtt'),
  name: name('mqtt'),
  url: field(
    z.string().regex(/^(?:mqtt|mqtts|ws|wss):\/\/./, 'an address such as mqtt://HOST:1883'),
    'Where the broker is: mqtt, mqtts, ws or wss.',
    'mqtts://broker.example:8883',
  ),
  protocolVersion: field(z.enum(['3.1.1', '5']).default('5'), 'Version of MQTT to speak.', '3.1.1'),
  clientId: field(
    text.max(200).optional(),
    'By which the broker knows this subscriber again after a restart; cupola-NAME by default. Never two at once with one.',
    'cupola-ground',
  ),
  username: field(text.optional(), 'Who to be for the broker.', 'cupola'),
  passwordFile: field(text.optional(), 'File with the password.', '/run/secrets/mqtt-password'),
  topics: field(
    z.array(mqttTopicSchema).min(1).max(1000),
    'What to subscribe to; the first that matches a message counts.',
    [{ topic: 'craft/{channel}', payload: 'number' }],
  ),
  qos: field(
    z.int().min(0).max(1).default(1),
    'Quality of service: 0 may lose messages, 1 loses none; each is acknowledged once the log has it.',
    1,
  ),
  sessionExpirySeconds: field(
    z.int().min(0).max(4_294_967_295).default(86_400),
    'How long the broker keeps messages while nobody is connected (MQTT 5; before, its own setting).',
    3600,
  ),
  tickIntervalMs,
  maxPendingBytes,
});

export type MqttTopicConfig = z.output<typeof mqttTopicSchema>;

const kafkaTopicSchema = z.strictObject({
  topic: field(text.max(249), 'Name of the topic, as the brokers have it.', 'ground.telemetry'),
  channel: field(
    text.max(200).optional(),
    'The channel of a record: {key} and {topic}. By default {key} of numbers, and of other payloads what they name themselves.',
    '{key}',
  ),
  ...payloadFields,
});

const kafkaSchema = z.strictObject({
  type: field(z.literal('kafka'), 'Existing topics of Kafka, read exactly once.', 'kafka'),
  name: name('kafka'),
  brokers: field(
    z
      .array(z.string().regex(/^[^:\s]+:\d+$/, 'host:port'))
      .min(1)
      .max(100),
    'host:port of some brokers; the others are found through them.',
    ['kafka-1:9092', 'kafka-2:9092'],
  ),
  tls: tlsSchema.prefault({}),
  sasl: saslSchema.prefault({}),
  topics: field(z.array(kafkaTopicSchema).min(1).max(1000), 'What to read, each topic once.', [
    { topic: 'ground.telemetry', json: { channel: 'sensor.id', time: 'at', value: 'reading' } },
  ]),
  startFrom: field(
    z.enum(['earliest', 'latest']).default('earliest'),
    'Where to begin in what was never read before: at what the brokers still have, or at what comes from then on.',
    'latest',
  ),
  tickIntervalMs,
});

export type KafkaTopicConfig = z.output<typeof kafkaTopicSchema>;

const issLiveSchema = z.strictObject({
  type: field(
    z.literal('iss-live'),
    "The public telemetry of the International Space Station, from NASA's live feed.",
    'iss-live',
  ),
  name: name('iss-live'),
  url: field(
    z
      .string()
      .regex(/^https?:\/\/./, 'an address such as https://HOST')
      .default('https://push.lightstreamer.com'),
    'The Lightstreamer server that has it.',
    'http://127.0.0.1:8080',
  ),
  adapterSet: field(text.default('ISSLIVE'), 'Name of the feed on that server.', 'ISSLIVE'),
  tickIntervalMs,
  maxPendingBytes,
});

/** Every kind of live source. */
export const liveSourceSchemas = [lineProtocolHttpSchema, mqttSchema, kafkaSchema, issLiveSchema] as const;

export type LiveSourceConfig = z.output<(typeof liveSourceSchemas)[number]>;
