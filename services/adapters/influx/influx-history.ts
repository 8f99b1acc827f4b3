import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeStreamDefinition } from '../../../pipelines/json-records.ts';
import type { HistoryBatch, HistorySeries, HistoryStore, TimeRange } from '../../../pipelines/ports.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { FrameCounts } from '../history/spool.ts';
import {
  addChannels,
  batchLines,
  definitionLines,
  LineBatch,
  lossLine,
  positionLine,
  thresholdLines,
} from './batch-lines.ts';
import { forgetEvents, readAnomalies, readScoreEvents, readScores, where, within } from './event-queries.ts';
import { from, literal, policies, type Policy } from './influx-names.ts';
import { InfluxServer, type InfluxOptions } from './influx-server.ts';
import { channelConditions, readExtent, readSamples, readSeries } from './series-queries.ts';

export interface InfluxHistoryOptions extends InfluxOptions {
  /** Whether `forget` deletes; false where retention policies do. True by default. */
  readonly forgets?: boolean;
  /** Told of points that the server would not take while it took the others of their batch. */
  readonly onRefused?: (points: number, reason: string) => void;
}

/** A history that can also say what it lacks. */
export interface InfluxHistoryStore extends HistoryStore {
  /** Records that so much was lost before it came here, as of a wall-clock time. */
  recordLoss(lost: FrameCounts, atMs: number): Promise<void>;
}

/**
 * The history in an InfluxDB whose database and retention policies are there (`cupola influx apply`).
 *
 * InfluxDB knows no transactions: a batch's position is written after all of its points, and a batch that was cut short is
 * written again over what it left, point for point.
 *
 * Event times are kept to the microsecond. Errors: CUPOLA_HISTORY_UNAVAILABLE, CUPOLA_HISTORY_REFUSED.
 */
export function openInfluxHistory(options: InfluxHistoryOptions): InfluxHistoryStore {
  return new InfluxHistory(options);
}

class InfluxHistory implements InfluxHistoryStore {
  readonly #server: InfluxServer;
  readonly #forgets: boolean;
  readonly #onRefused: (points: number, reason: string) => void;
  /** Of streams that were written to. */
  readonly #definitions = new Map<string, Map<number, StreamDefinition>>();
  readonly #positions = new Map<string, number>();
  #closed = false;

  constructor(options: InfluxHistoryOptions) {
    this.#server = new InfluxServer(options);
    this.#forgets = options.forgets ?? true;
    this.#onRefused = options.onRefused ?? (() => undefined);
  }

  async write(batch: HistoryBatch): Promise<void> {
    this.#refuseClosed();
    const { topic, partition, nextOffset } = batch.position;
    const key = `${topic}/${partition}`;
    if (nextOffset <= (this.#positions.get(key) ?? (await this.position(topic, partition)) ?? 0)) return;
    try {
      await this.#writeBatch(batch);
      this.#positions.set(key, nextOffset);
    } catch (error) {
      // Until this is tried again somebody else may have got further.
      this.#positions.delete(key);
      throw error;
    }
  }

  async position(topic: string, partition: number): Promise<number | null> {
    this.#refuseClosed();
    const position = await this.#readPosition(topic, partition);
    this.#positions.set(`${topic}/${partition}`, position ?? 0);
    return position;
  }

  async extent(stream: string): Promise<TimeRange | null> {
    this.#refuseClosed();
    return readExtent(this.#server, stream);
  }

  /** Its ingestTimeMs is the newest sample's event time, since batches are not told apart here; 0 where it is empty. */
  async samples(stream: string, definitionVersion: number, range: TimeRange): Promise<SampleBatch> {
    this.#refuseClosed();
    const columns = await readSamples(this.#server, stream, definitionVersion, range);
    const ingestTimeMs = columns.eventTimeMs.at(-1) ?? 0;
    return { type: 'samples', stream, definitionVersion, ingestTimeMs, ...columns };
  }

  async series(
    kind: 'telemetry' | 'reconstruction',
    stream: string,
    channelId: string,
    range: TimeRange,
    maxPoints: number,
  ): Promise<HistorySeries> {
    this.#refuseClosed();
    const definitions = await this.#readDefinitions(stream);
    const of = channelConditions(stream, definitions.values(), ({ channels }) =>
      channels.filter(({ role }) => kind === 'telemetry' || role === 'scored').findIndex(({ id }) => id === channelId),
    );
    return of === null ? noSeries : readSeries(this.#server, kind, of, range, maxPoints);
  }

  async scoreSeries(stream: string, range: TimeRange, maxPoints: number): Promise<HistorySeries> {
    this.#refuseClosed();
    return readSeries(this.#server, 'score', [`"stream" = ${literal(stream)}`], range, maxPoints);
  }

  async scoreEvents(stream: string, range: TimeRange, limit: number): Promise<readonly ScoreEvent[]> {
    this.#refuseClosed();
    if (limit === 0) return [];
    return readScoreEvents(this.#server, stream, await this.#readDefinitions(stream), range, limit);
  }

  async anomalies(stream: string | null, range: TimeRange, limit: number): Promise<readonly AnomalyEvent[]> {
    this.#refuseClosed();
    return limit === 0 ? [] : readAnomalies(this.#server, stream, range, limit);
  }

  async forget(beforeMs: number): Promise<void> {
    this.#refuseClosed();
    if (!this.#forgets) return;
    const before = where(within({ fromMs: -Infinity, toMs: beforeMs }));
    await this.#server.query(
      ...['telemetry', 'reconstruction', 'ingest', 'severity', 'lag', 'watermark_delay'].map(
        (each) => `DELETE FROM "${each}"${before}`,
      ),
    );
    await forgetEvents(this.#server, beforeMs, await this.#readAllDefinitions());
  }

  async recordLoss(lost: FrameCounts, atMs: number): Promise<void> {
    await this.#writeLines(policies.raw, lossLine(lost, atMs));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #writeBatch(batch: HistoryBatch): Promise<void> {
    await this.#learnDefinitions(batch);
    await this.#writeLines(policies.kept, definitionLines(batch.definitions));
    for (const definition of batch.definitions) await this.#writeEarlierChannels(definition);
    const definitionOf = (stream: string, version: number): StreamDefinition | null =>
      this.#definitions.get(stream)?.get(version) ?? null;
    await this.#writeLines(policies.raw, batchLines(batch, definitionOf));
    await this.#writeLines(policies.kept, thresholdLines(batch.thresholds ?? []));
    await this.#writeLines(policies.kept, positionLine(batch.position));
  }

  /** A definition may have been written by another process, or before this one was started. */
  async #learnDefinitions({ definitions, samples, scores }: HistoryBatch): Promise<void> {
    const wanted = Map.groupBy([...samples, ...scores], ({ stream }) => stream);
    for (const [stream, items] of wanted) {
      const known = this.#definitions.get(stream);
      if (items.some(({ definitionVersion }) => !known?.has(definitionVersion)))
        this.#definitions.set(stream, await this.#readDefinitions(stream));
    }
    for (const definition of definitions) {
      const known = this.#definitions.get(definition.stream) ?? new Map<number, StreamDefinition>();
      this.#definitions.set(definition.stream, known.set(definition.version, definition));
    }
  }

  /** Of scores that came before the definition that says which channels and times they are of. */
  async #writeEarlierChannels(definition: StreamDefinition): Promise<void> {
    const lines = new LineBatch('ms');
    for (const event of await readScores(this.#server, definition.stream, definition.version))
      if (event.type === 'score') addChannels(lines, event, definition);
    await this.#writeLines(policies.raw, lines);
  }

  async #writeLines(policy: Policy, lines: LineBatch): Promise<void> {
    for (const portion of lines.finish()) await this.#server.write(policy, lines.precision, portion, this.#onRefused);
  }

  async #readPosition(topic: string, partition: number): Promise<number | null> {
    const conditions = where([`"topic" = ${literal(topic)}`, `"partition" = '${partition}'`]);
    const [series] = await this.#server.query(
      `SELECT "nextOffset" FROM ${from(policies.kept, 'position')}${conditions}`,
    );
    return (series![0]?.values[0]?.[1] as number | undefined) ?? null;
  }

  async #readDefinitions(stream: string): Promise<Map<number, StreamDefinition>> {
    return (await this.#queryDefinitions(where([`"stream" = ${literal(stream)}`]))).get(stream) ?? new Map();
  }

  #readAllDefinitions(): Promise<Map<string, Map<number, StreamDefinition>>> {
    return this.#queryDefinitions('');
  }

  async #queryDefinitions(conditions: string): Promise<Map<string, Map<number, StreamDefinition>>> {
    const [series] = await this.#server.query(
      `SELECT "definition" FROM ${from(policies.kept, 'definition')}${conditions} GROUP BY "stream", "version"`,
    );
    const found = new Map<string, Map<number, StreamDefinition>>();
    const definitions = series!.map(({ values }) => decodeStreamDefinition(Buffer.from(values[0]![1] as string)));
    for (const definition of definitions.toSorted((a, b) => a.version - b.version)) {
      const known = found.get(definition.stream) ?? new Map<number, StreamDefinition>();
      found.set(definition.stream, known.set(definition.version, definition));
    }
    return found;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new CupolaError('CUPOLA_HISTORY_CLOSED', 'this history was closed');
  }
}

const noSeries: HistorySeries = {
  timeMs: new Float64Array(0),
  min: new Float64Array(0),
  max: new Float64Array(0),
};
