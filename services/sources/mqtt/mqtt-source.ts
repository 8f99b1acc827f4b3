import { connect, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Clock } from '../../../pipelines/ports.ts';
import type { DeadLetter } from '../../../pipelines/telemetry/source-samples.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { ArrivalQueue, type Arrival } from '../arrival-queue.ts';
import { payloadDecoder, type PayloadDecoder, type PayloadFormat } from '../payload.ts';
import type { Source, SourceChunk } from '../source.ts';
import { onlyChanges, type ReportSource } from '../source-report.ts';
import { topicPattern, type TopicPattern } from './topic-pattern.ts';

/** Topics, what channel each stands for, and how their messages are to be read. */
export type MqttTopic = PayloadFormat & {
  /** Such as `craft/{unit}/+`. */
  readonly topic: string;
  /** A template such as `{unit}.temperature`; null where messages name their own channels. */
  readonly channel: string | null;
};

export interface MqttOptions {
  readonly name: string;
  readonly definitions: readonly StreamDefinition[];
  readonly clock: Clock;
  readonly url: string;
  readonly protocolVersion: '3.1.1' | '5';
  /** By which the broker knows this subscriber again, and what it has not had yet. */
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly topics: readonly MqttTopic[];
  /** 0: at most once; 1: at least once. */
  readonly qos: 0 | 1;
  /** How long the broker keeps what comes while nobody is connected (MQTT 5; before, the broker's own setting). */
  readonly sessionExpirySeconds: number;
  readonly tickIntervalMs: number;
  readonly maxPendingBytes: number;
  readonly report: ReportSource;
}

interface Route {
  readonly pattern: TopicPattern;
  readonly decode: PayloadDecoder;
}

const reconnectMs = 1000;
/** How long acknowledgements may take to reach the broker when the source ends. */
const goodbyeMs = 2000;

/**
 * Telemetry from an MQTT broker. A message of quality of service 1 is acknowledged once the log has taken it, so that the
 * broker keeps, and sends again, whatever was under way when either side ended: at least once.
 */
export class MqttSource implements Source {
  readonly name: string;
  readonly #options: MqttOptions;
  readonly #routes: readonly Route[];

  constructor(options: MqttOptions) {
    this.name = options.name;
    this.#options = options;
    this.#routes = options.topics.map((topic) => ({
      pattern: topicPattern(topic.topic, topic.channel),
      decode: payloadDecoder(topic),
    }));
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return this.#options.definitions;
  }

  async *read(_position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    const queue = new ArrivalQueue(this.#options);
    const client = this.#connect();
    client.handleMessage = (packet, next) => this.#receive(client, queue, packet, next);
    try {
      yield* queue.chunks(signal);
    } finally {
      await disconnect(client);
    }
  }

  #connect(): MqttClient {
    const { url, protocolVersion, clientId, username, password, sessionExpirySeconds, qos, report } = this.#options;
    const client = connect(url, {
      protocolVersion: protocolVersion === '5' ? 5 : 4,
      clientId,
      // The broker remembers what this subscriber has not acknowledged.
      clean: false,
      ...(protocolVersion === '5' && { properties: { sessionExpiryInterval: sessionExpirySeconds } }),
      ...(username !== null && { username }),
      ...(password !== null && { password }),
      reconnectPeriod: reconnectMs,
      reconnectOnConnackError: true,
      resubscribe: false,
    });
    const tell = onlyChanges(this.name, report);
    const filters = this.#routes.map(({ pattern }) => pattern.filter);
    let wasThere = false;
    client.on('connect', () => {
      wasThere = true;
      client.subscribe(filters, { qos }, (error) =>
        error
          ? tell(false, `${url} refuses to send ${filters.join(', ')}: ${error.message}`)
          : tell(true, `receives from ${url}`),
      );
    });
    client.on('error', (error) => tell(false, `${url} cannot be used: ${messageOf(error)}`));
    client.on('offline', () => {
      if (wasThere) tell(false, `${url} has gone; it is tried again`);
      wasThere = false;
    });
    return client;
  }

  /** Takes a message; `next` asks for the one after it, whether or not this one is in the log yet. */
  #receive(client: MqttClient, queue: ArrivalQueue, packet: IPublishPacket, next: (error?: Error) => void): void {
    const { stream } = client;
    const room = queue.room();
    const hasRoom = room.grow(packet.payload.length);
    // An error keeps the client from acknowledging a message that the log does not have yet; it is of no other consequence.
    const goOn = (): void => (packet.qos === 0 ? next() : next(new Error('acknowledged once the log has it')));
    queue
      .put(this.#decoded(packet))
      .then(() => acknowledge(client, stream, packet))
      // The source has ended: the broker keeps the message for the next time.
      .catch(() => undefined)
      .finally(() => {
        room.release();
        if (!hasRoom) goOn();
      });
    if (hasRoom) goOn();
  }

  #decoded({ topic, payload }: IPublishPacket): Arrival {
    const { pattern, decode } = this.#routes.find((route) => route.pattern.matches(topic)) ?? this.#routes[0]!;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const context = {
      source: this.name,
      channelId: pattern.channelOf(topic),
      arrivedAtMs: this.#options.clock.nowMs(),
    };
    const { samples, rejected } = decode(bytes, context);
    return { samples, rejected: rejected.map((letter) => fromTopic(topic, letter)) };
  }
}

function fromTopic(topic: string, letter: DeadLetter): DeadLetter {
  return { ...letter, position: `${topic}, ${letter.position}` };
}

/**
 * Acknowledges a message of quality of service 1, if its connection is still there. mqtt.js can only do so before it reads the
 * next message, one commit of the log each; so these are the four bytes of a PUBACK (MQTT 3.1.1, 3.4; MQTT 5, 3.4 with its
 * reason left out, which means success).
 */
function acknowledge(client: MqttClient, stream: MqttClient['stream'], { qos, messageId }: IPublishPacket): void {
  if (qos !== 1 || messageId === undefined || client.stream !== stream || !client.connected) return;
  stream.write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]));
}

async function disconnect(client: MqttClient): Promise<void> {
  const impatience = setTimeout(() => client.end(true), goodbyeMs);
  await client.endAsync(!client.connected);
  clearTimeout(impatience);
}

/** Where a name stands for several addresses, Node gives one error for all of them, without a message. */
function messageOf(error: Error): string {
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}
