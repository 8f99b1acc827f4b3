import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { AnomalyEvent } from '../../../pipelines/alarms/anomaly-event.ts';
import { CupolaError } from '../../../pipelines/errors.ts';
import { decodeAnomalyEvent, encodeAnomalyEvent, encodeStreamDefinition } from '../../../pipelines/json-records.ts';
import type { HistoryBatch, HistorySeries, HistoryStore, TimeRange } from '../../../pipelines/ports.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import type { SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import { decimate } from '../history/decimate.ts';
import { sampleColumns } from '../history/merge-samples.ts';
import { reconstructionOf, telemetryOf } from './channel-series.ts';
import { EmbeddedDatabase } from './database.ts';
import { columnsOf } from './history-columns.ts';
import { HistoryState } from './history-state.ts';
import { finite } from './series-columns.ts';
import { seriesKinds } from './series-store.ts';

/**
 * Opens the embedded history: SQLite, for one process; the file may be that of its log. All histories that a process
 * opens on one path are one; each closes for itself.
 *
 * Errors: CUPOLA_LOG_IN_USE where another process has the file.
 */
export function openEmbeddedHistory({ path }: { readonly path: string }): HistoryStore {
  return new EmbeddedHistory(EmbeddedDatabase.acquire(path));
}

class EmbeddedHistory implements HistoryStore {
  readonly #database: EmbeddedDatabase;
  readonly #state: HistoryState;
  #closed = false;

  constructor(database: EmbeddedDatabase) {
    this.#database = database;
    this.#state = HistoryState.of(database);
  }

  async write(batch: HistoryBatch): Promise<void> {
    await this.#turn();
    const { statements, series } = this.#state;
    const { topic, partition, nextOffset } = batch.position;
    if (nextOffset <= (this.#position(topic, partition) ?? 0)) return;
    // Outside of the transaction, since it is remembered even if that fails.
    for (const { stream } of [...batch.definitions, ...batch.samples, ...batch.scores, ...batch.anomalies])
      this.#state.stream(stream);
    const brought = columnsOf(batch, (stream) => this.#state.stream(stream).id);
    this.#database.transaction(() => {
      statements.setPosition.run(topic, partition, nextOffset);
      for (const columns of brought) series.insert(columns);
      this.#insertEvents(batch);
    });
    for (const columns of brought) series.remember(columns);
    for (const definition of batch.definitions) this.#state.define(definition);
    series.settle((write) => this.#database.transaction(write));
  }

  async position(topic: string, partition: number): Promise<number | null> {
    await this.#turn();
    return this.#position(topic, partition);
  }

  async extent(name: string): Promise<TimeRange | null> {
    await this.#turn();
    const stream = this.#state.find(name);
    return stream && this.#state.series.extent(stream.id, seriesKinds.telemetry);
  }

  /** Its ingestTimeMs is the newest sample's event time, since batches are not told apart here; 0 where it is empty. */
  async samples(name: string, definitionVersion: number, range: TimeRange): Promise<SampleBatch> {
    await this.#turn();
    const { series } = this.#state;
    const streamId = this.#state.find(name)?.id ?? none;
    const group = { streamId, kind: seriesKinds.telemetry, version: definitionVersion };
    const columns = sampleColumns(
      series.channels(group, range).map((channel) => ({ channel, columns: series.read(group, channel, range) })),
    );
    const ingestTimeMs = columns.eventTimeMs.at(-1) ?? 0;
    return { type: 'samples', stream: name, definitionVersion, ingestTimeMs, ...columns };
  }

  async series(
    kind: 'telemetry' | 'reconstruction',
    name: string,
    channelId: string,
    range: TimeRange,
    maxPoints: number,
  ): Promise<HistorySeries> {
    await this.#turn();
    const { id: streamId, definitions } = this.#state.find(name) ?? unknownStream;
    const of = { series: this.#state.series, streamId, definitions: definitions.values() };
    const columns = kind === 'telemetry' ? telemetryOf(of, channelId, range) : reconstructionOf(of, channelId, range);
    return decimate(finite(columns), range, maxPoints);
  }

  async scoreSeries(name: string, range: TimeRange, maxPoints: number): Promise<HistorySeries> {
    await this.#turn();
    const streamId = this.#state.find(name)?.id ?? none;
    const scores = this.#state.series.read({ streamId, kind: seriesKinds.score, version: 0 }, 0, range);
    return decimate(finite(scores), range, maxPoints);
  }

  async scoreEvents(name: string, range: TimeRange, limit: number): Promise<readonly ScoreEvent[]> {
    await this.#turn();
    const { id, definitions } = this.#state.find(name) ?? unknownStream;
    return this.#state.scoreEvents.read(id, definitions, range, limit);
  }

  async anomalies(name: string | null, range: TimeRange, limit: number): Promise<readonly AnomalyEvent[]> {
    await this.#turn();
    const streamId = name === null ? null : (this.#state.find(name)?.id ?? none);
    const newestFirst = this.#state.statements.anomalies.all(range.toMs, range.fromMs, streamId, limit);
    return newestFirst.reverse().map(({ event }) => decodeAnomalyEvent(event as Uint8Array));
  }

  async forget(beforeMs: number): Promise<void> {
    await this.#turn();
    const { series, scoreEvents, statements } = this.#state;
    series.settle((write) => this.#database.transaction(write), true);
    this.#database.transaction(() => {
      for (const { id, definitions } of this.#state.streams) {
        series.forget(id, seriesKinds.telemetry, beforeMs);
        // These stand at window ends, which are exclusive, and whole milliseconds.
        series.forget(id, seriesKinds.reconstruction, beforeMs + 1);
        series.forget(id, seriesKinds.score, beforeMs + 1);
        scoreEvents.forget(id, definitions, beforeMs);
      }
      statements.deleteAnomalies.run(beforeMs);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.release();
  }

  #insertEvents({ definitions, scores, anomalies }: HistoryBatch): void {
    const { statements, scoreEvents } = this.#state;
    for (const definition of definitions) {
      const streamId = this.#state.stream(definition.stream).id;
      statements.setDefinition.run(streamId, definition.version, encodeStreamDefinition(definition));
    }
    for (const event of scores) {
      if (event.type !== 'watermark') scoreEvents.insert(this.#state.stream(event.stream).id, event);
    }
    for (const event of anomalies) {
      const streamId = this.#state.stream(event.stream).id;
      statements.setAnomaly.run(event.id, streamId, event.startMs, event.endMs, encodeAnomalyEvent(event));
    }
  }

  #position(topic: string, partition: number): number | null {
    const row = this.#state.statements.position.get(topic, partition) as { nextOffset: number } | undefined;
    return row?.nextOffset ?? null;
  }

  /** SQLite answers at once: without this, many calls in a row would leave timers and sockets no turn. */
  async #turn(): Promise<void> {
    this.#refuseClosed();
    await yieldToEventLoop();
    this.#refuseClosed();
  }

  #refuseClosed(): void {
    if (this.#closed) throw new CupolaError('CUPOLA_HISTORY_CLOSED', 'this history was closed');
  }
}

/** The id of no stream. */
const none = -1;
const unknownStream = { id: none, definitions: new Map<number, StreamDefinition>() };
