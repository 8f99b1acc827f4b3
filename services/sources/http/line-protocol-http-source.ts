import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CupolaError } from '../../../pipelines/errors.ts';
import type { Clock } from '../../../pipelines/ports.ts';
import type { LineProtocolMapping } from '../../../pipelines/telemetry/line-protocol-codec.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { ArrivalQueue } from '../arrival-queue.ts';
import type { Source, SourceChunk } from '../source.ts';
import { influxApi } from './influx-api.ts';

export interface LineProtocolHttpOptions {
  readonly name: string;
  readonly definitions: readonly StreamDefinition[];
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly mapping: LineProtocolMapping;
  /** What senders must know; null lets everybody in. */
  readonly token: string | null;
  readonly tickIntervalMs: number;
  /** Of one request, decompressed. */
  readonly maxBodyBytes: number;
  /** Of all requests whose telemetry the log has not taken yet. */
  readonly maxPendingBytes: number;
}

/** How long an answer may take to reach its sender when the source ends. */
const lastAnswersMs = 2000;

/** Telemetry that is sent here in line protocol, by Telegraf or any client of InfluxDB; at least once. */
export class LineProtocolHttpSource implements Source {
  readonly name: string;
  readonly #options: LineProtocolHttpOptions;
  readonly #listening = Promise.withResolvers<string>();

  constructor(options: LineProtocolHttpOptions) {
    this.name = options.name;
    this.#options = options;
    // Whoever does not ask where it listens learns of a failure from read().
    this.#listening.promise.catch(() => undefined);
  }

  /** Where it listens, once it is read. */
  get url(): Promise<string> {
    return this.#listening.promise;
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return this.#options.definitions;
  }

  /** Errors: CUPOLA_PORT_IN_USE. */
  async *read(_position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    const queue = new ArrivalQueue(this.#options);
    const server = createServer(influxApi({ ...this.#options, queue }));
    try {
      await listen(server, this.#options);
      this.#listening.resolve(urlOf(server));
      yield* queue.chunks(signal);
    } catch (error) {
      this.#listening.reject(error);
      throw error;
    } finally {
      await close(server);
    }
  }
}

function listen(server: Server, { name, host, port }: LineProtocolHttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause);
      const detail = `${name} cannot listen on ${host}:${port}: another process does`;
      reject(
        new CupolaError('CUPOLA_PORT_IN_USE', detail, { field: 'port', value: port, bound: 'a free port', cause }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  const impatience = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
  await closed;
  clearTimeout(impatience);
}
