import { readFileSync } from 'node:fs';
import type { Clock } from '../../pipelines/ports.ts';
import type { StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { KafkaTopic } from '../sources/kafka/kafka-topics-source.ts';
import type { TopicReader } from '../sources/kafka/topic-merge.ts';
import type { MqttTopic } from '../sources/mqtt/mqtt-source.ts';
import { levelNames } from '../sources/mqtt/topic-pattern.ts';
import { stationDefinitions } from '../sources/simulator/station-streams.ts';
import type { Source } from '../sources/source.ts';
import type { ReportSource } from '../sources/source-report.ts';
import type { KafkaTopicConfig, LiveSourceConfig, MqttTopicConfig } from './config-live-sources.ts';
import { payloadFormat } from './config-payload.ts';
import { brokerOptions } from './open-log.ts';

/** How long brokers may be away before a source of topics says so. */
const topicsPatienceMs = 5000;

/** What a live source needs of its host. */
export interface LiveSourceHost {
  readonly clock: Clock;
  readonly report: ReportSource;
}

/**
 * Opens a source of telemetry that comes by itself, and loads what only it needs.
 *
 * Errors: those of the file system where a secret cannot be read.
 */
export async function openLiveSource(
  config: LiveSourceConfig,
  definitions: readonly StreamDefinition[],
  { clock, report }: LiveSourceHost,
): Promise<Source> {
  switch (config.type) {
    case 'line-protocol-http': {
      const { LineProtocolHttpSource } = await import('../sources/http/line-protocol-http-source.ts');
      return new LineProtocolHttpSource({ ...config, definitions, clock, token: secretIn(config.tokenFile) });
    }
    case 'iss-live': {
      const { IssLiveSource } = await import('../sources/iss/iss-live-source.ts');
      return new IssLiveSource({
        ...config,
        definitions: definitions.length > 0 ? definitions : stationDefinitions(config.name),
        clock,
        report,
      });
    }
    case 'kafka': {
      const { KafkaTopicsSource } = await import('../sources/kafka/kafka-topics-source.ts');
      return new KafkaTopicsSource({
        ...config,
        definitions,
        clock,
        report,
        open: () => openTopics(config),
        topics: config.topics.map(kafkaTopic),
      });
    }
    case 'mqtt': {
      const { MqttSource } = await import('../sources/mqtt/mqtt-source.ts');
      return new MqttSource({
        ...config,
        definitions,
        clock,
        report,
        clientId: config.clientId ?? `cupola-${config.name}`,
        username: config.username ?? null,
        password: secretIn(config.passwordFile),
        topics: config.topics.map(mqttTopic),
        qos: config.qos === 0 ? 0 : 1,
      });
    }
  }
}

function mqttTopic(config: MqttTopicConfig): MqttTopic {
  const { topic, payload } = config;
  const preset = levelNames(topic).includes('channel') ? '{channel}' : payload === 'number' ? '{topic}' : null;
  return { ...payloadFormat(config), topic, channel: config.channel ?? preset };
}

function kafkaTopic(config: KafkaTopicConfig): KafkaTopic {
  const { topic, payload } = config;
  return { ...payloadFormat(config), topic, channel: config.channel ?? (payload === 'number' ? '{key}' : null) };
}

async function openTopics(config: Extract<LiveSourceConfig, { type: 'kafka' }>): Promise<TopicReader> {
  const { openKafkaLog } = await import('../adapters/kafka/kafka-log.ts');
  return openKafkaLog({ ...brokerOptions(config), patienceMs: topicsPatienceMs });
}

/** What a file holds, without the line break at its end; null for no file. */
function secretIn(path: string | undefined): string | null {
  return path === undefined ? null : readFileSync(path, 'utf8').trim();
}
