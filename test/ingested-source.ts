import { decodeDeadLetter } from '../pipelines/json-records.ts';
import type { Log, LogRecord } from '../pipelines/ports.ts';
import { decodeTelemetry } from '../pipelines/telemetry/binary-codec.ts';
import type { DeadLetter } from '../pipelines/telemetry/source-samples.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../pipelines/telemetry/stream-definition.ts';
import { topics, type TopicSpec } from '../pipelines/topics.ts';
import { openEmbeddedLog } from '../services/adapters/embedded/embedded-log.ts';
import { startIngest } from '../services/ingest/ingest.ts';
import type { RunningService } from '../services/service.ts';
import type { Source } from '../services/sources/source.ts';
import { readToEnd } from '../services/stage/read-range.ts';
import { systemClock } from '../services/adapters/system-clock.ts';

/** A stream of a source with channels of real numbers, in windows of four seconds. */
export function streamOf(source: string, stream: string, channelIds: readonly string[]): StreamDefinition {
  return streamDefinitionSchema.parse({
    stream,
    name: stream,
    source,
    intervalMs: 1000,
    windowLengthMs: 4000,
    strideMs: 1000,
    staleAfterMs: 4000,
    warmUpMs: 4000,
    channels: channelIds.map((id) => ({ id, name: id, kind: 'real' })),
  });
}

/** A source that a real ingest reads into a real log of its own. */
export class IngestedSource {
  readonly log: Log;
  readonly ingest: RunningService;
  readonly #definitions: readonly StreamDefinition[];
  readonly #gate: Gate;

  private constructor(log: Log, ingest: RunningService, definitions: readonly StreamDefinition[], gate: Gate) {
    this.log = log;
    this.ingest = ingest;
    this.#definitions = definitions;
    this.#gate = gate;
  }

  static async start(source: Source, log?: Log): Promise<IngestedSource> {
    const own = log ?? openEmbeddedLog({ path: ':memory:', partitions: 2 });
    await own.ensureTopics(Object.values(topics));
    const gate = new Gate();
    const ingest = await startIngest({ log: slowed(own, gate), clock: systemClock }, source);
    ingest.finished.catch(() => undefined);
    return new IngestedSource(own, ingest, await source.definitions(), gate);
  }

  /** Commits wait from now on until they are let through; what they write is not in the log before. */
  holdCommits(): void {
    this.#gate.close();
  }

  letCommitsThrough(): void {
    this.#gate.open();
  }

  /** How many chunks the log has taken. */
  async commits(): Promise<number> {
    return (await this.log.range(topics.stateIngest.name, 0)).end;
  }

  /** What the log holds, in order by partition: `channel@time=value`. */
  async samples(): Promise<string[]> {
    const channelsOf = new Map(this.#definitions.map(({ stream, channels }) => [stream, channels]));
    return (await this.#telemetry()).flatMap((record) => {
      if (record.type === 'tick') return [];
      const channels = channelsOf.get(record.stream)!;
      return Array.from(
        record.channel,
        (channel, i) => `${channels[channel]!.id}@${record.eventTimeMs[i]}=${record.value[i]}`,
      );
    });
  }

  /** Times of the ticks in the partition of a stream. */
  async ticks(stream: string): Promise<number[]> {
    const partition = await this.log.partitionOf(topics.telemetry.name, stream);
    return (await this.#telemetry(partition)).flatMap((record) => (record.type === 'tick' ? [record.timeMs] : []));
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return (await this.#records(topics.deadLetter)).map(({ value }) => decodeDeadLetter(value!));
  }

  async stop(): Promise<void> {
    this.#gate.open();
    await this.ingest.stop().catch(() => undefined);
    await this.log.close();
  }

  async #telemetry(only?: number) {
    const records = await this.#records(topics.telemetry);
    return records
      .filter(({ partition }) => only === undefined || partition === only)
      .map(({ value }) => decodeTelemetry(value!));
  }

  async #records({ name }: TopicSpec): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for (let partition = 0; partition < (await this.log.partitions(name)); partition++)
      records.push(...(await readToEnd(this.log, name, partition)).records);
    return records;
  }
}

class Gate {
  #opened: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  get passed(): Promise<void> {
    return this.#opened;
  }

  close(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#opened = promise;
    this.#open = resolve;
  }

  open(): void {
    this.#open();
  }
}

/** A log whose writers wait at a gate: a real one is slow only when it pleases. */
function slowed(log: Log, gate: Gate): Log {
  return new Proxy(log, {
    get(target, property) {
      if (property !== 'writer') return (target[property as keyof Log] as () => unknown).bind(target);
      return async (identity: string) => {
        const writer = await target.writer(identity);
        return {
          commit: async (transaction: Parameters<typeof writer.commit>[0]) => {
            await gate.passed;
            return writer.commit(transaction);
          },
          close: () => writer.close(),
        };
      };
    },
  });
}
