import { LightstreamerClient, Subscription, type ItemUpdate } from 'lightstreamer-client-web';
import type { Clock } from '../../../pipelines/ports.ts';
import { describeValue } from '../../../pipelines/telemetry/describe-value.ts';
import { sampleJson } from '../../../pipelines/telemetry/sample-json.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { ArrivalQueue, type Arrival } from '../arrival-queue.ts';
import type { Source, SourceChunk } from '../source.ts';
import { onlyChanges, type ReportSource } from '../source-report.ts';
import { provideNoXmlHttpRequest } from './no-xml-http-request.ts';
import { clockItem, StationSignal } from './station-signal.ts';

export interface IssLiveOptions {
  readonly name: string;
  /** Channels are items of the feed: ids of the public station parameters. */
  readonly definitions: readonly StreamDefinition[];
  readonly clock: Clock;
  /** A Lightstreamer server. */
  readonly url: string;
  readonly adapterSet: string;
  readonly tickIntervalMs: number;
  readonly maxPendingBytes: number;
  readonly report: ReportSource;
}

/** Between two sessions. */
const retryMs = 4000;
/** About what an update takes on its way into the log. */
const updateBytes = 200;
type Tell = ReturnType<typeof onlyChanges>;

const fields = ['TimeStamp', 'Value', 'Status.Class'];

/**
 * The public telemetry of the International Space Station, as it comes, over Lightstreamer. Loss of signal is told and seen:
 * nothing comes, ticks go on, and streams become stale. The feed cannot be read again: what came while nobody listened is
 * lost, but for the newest value of each item.
 */
export class IssLiveSource implements Source {
  readonly name: string;
  readonly #options: IssLiveOptions;
  /** Channels whose last value holds until another comes. */
  readonly #onChange: ReadonlySet<string>;

  constructor(options: IssLiveOptions) {
    this.name = options.name;
    this.#options = options;
    const channels = options.definitions.flatMap((definition) => definition.channels);
    this.#onChange = new Set(channels.filter(({ onChange }) => onChange).map(({ id }) => id));
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return this.#options.definitions;
  }

  async *read(_position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    provideNoXmlHttpRequest();
    const queue = new ArrivalQueue(this.#options);
    const ending = new AbortController();
    const connected = this.#stayConnected(queue, ending.signal);
    try {
      yield* queue.chunks(signal);
    } finally {
      ending.abort();
      await connected;
    }
  }

  /** One session after another, until the signal aborts. */
  async #stayConnected(queue: ArrivalQueue, signal: AbortSignal): Promise<void> {
    const tell = onlyChanges(this.name, this.#options.report);
    const station = new StationSignal();
    while (!signal.aborted) {
      const client = new LightstreamerClient(this.#options.url, this.#options.adapterSet);
      // The transport that needs nothing of a browser but its WebSocket, which Node has, too.
      client.connectionOptions.setForcedTransport('WS');
      client.connectionOptions.setSessionRecoveryTimeout(0);
      client.connectionOptions.setSlowingEnabled(false);
      client.subscribe(this.#subscription(queue, station, tell));
      await this.#session(client, tell, signal);
      await this.#options.clock.sleep(retryMs, signal);
    }
  }

  /** From connecting until the connection is lost or refused, or the signal aborts. */
  #session(client: LightstreamerClient, tell: Tell, signal: AbortSignal): Promise<void> {
    const { url } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    signal.addEventListener('abort', end);
    client.addListener({
      onStatusChange: (status) => {
        if (status.startsWith('CONNECTED:WS')) tell(true, `receives from ${url}`);
        if (status === 'STALLED') tell(false, `${url} says nothing`);
        if (!status.startsWith('DISCONNECTED:WILL-RETRY')) return;
        tell(false, `${url} cannot be reached; it is tried again`);
        resolve();
      },
      onServerError: (code, message) => {
        tell(false, `${url} refuses: ${message} (${code})`);
        resolve();
      },
    });
    client.connect();
    return promise.finally(() => {
      signal.removeEventListener('abort', end);
      client.disconnect();
    });
  }

  #subscription(queue: ArrivalQueue, station: StationSignal, tell: Tell): Subscription {
    const { clock, definitions } = this.#options;
    const ids = new Set(definitions.flatMap(({ channels }) => channels.map(({ id }) => id)));
    const subscription = new Subscription('MERGE', [...new Set([clockItem, ...ids])], fields);
    subscription.setRequestedSnapshot('yes');
    subscription.addListener({
      onItemUpdate: (update) => {
        const nowMs = clock.nowMs();
        if (update.getItemName() === clockItem) noticeSignal(station, update, nowMs, tell);
        if (ids.has(update.getItemName()) && update.getValue('Value') !== null)
          this.#put(queue, this.#arrival(update, station, nowMs), tell);
      },
      onSubscriptionError: (code, message) => tell(false, `the feed refuses its items: ${message} (${code})`),
    });
    return subscription;
  }

  #put(queue: ArrivalQueue, arrival: Arrival, tell: Tell): void {
    const room = queue.room();
    if (!room.grow(updateBytes)) return tell(false, 'the log is too slow for the feed: updates are lost');
    // Where the source has ended, there is nobody to send it again.
    queue
      .put(arrival)
      .catch(() => undefined)
      .finally(() => room.release());
  }

  #arrival(update: ItemUpdate, station: StationSignal, nowMs: number): Arrival {
    const channelId = update.getItemName();
    const [timeStamp, written] = [update.getValue('TimeStamp'), update.getValue('Value')];
    const value = written === null || written.trim() === '' ? Number.NaN : Number(written);
    const ownTimeMs = station.eventTimeMs(timeStamp, nowMs);
    // What is sent on change and was sent last holds until now, if the station is heard.
    const holds = update.isSnapshot() && station.isAcquired === true && this.#onChange.has(channelId);
    const eventTimeMs = holds ? Math.max(ownTimeMs, station.timeMs) : ownTimeMs;
    const isSample = Number.isFinite(value) && Number.isFinite(eventTimeMs);
    const length = isSample ? 1 : 0;
    const samples = {
      channelIds: isSample ? [channelId] : [],
      channel: new Uint16Array(length),
      eventTimeMs: new Float64Array(length).fill(eventTimeMs),
      value: new Float64Array(length).fill(value),
    };
    return { samples, rejected: isSample ? [] : [this.#refused(channelId, timeStamp, written)] };
  }

  #refused(channelId: string, timeStamp: string | null, value: string | null): Arrival['rejected'][number] {
    return {
      source: this.name,
      reason: 'not-a-number',
      detail: `Value is ${describeValue(value)} at TimeStamp ${describeValue(timeStamp)}, both must be finite numbers`,
      position: `item ${channelId}`,
      bytes: new TextEncoder().encode(sampleJson(channelId, timeStamp, value)),
    };
  }
}

function noticeSignal(station: StationSignal, update: ItemUpdate, nowMs: number, tell: Tell): void {
  const before = station.isAcquired;
  station.update(update.getValue('TimeStamp'), update.getValue('Status.Class'), nowMs);
  if (station.isAcquired === before) return;
  if (station.isAcquired) tell(true, 'signal of the station acquired');
  else tell(false, 'signal of the station lost; its telemetry comes when it is acquired again');
}
