import { decodeStreamDefinition } from '../../../pipelines/json-records.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { EmbeddedDatabase } from './database.ts';
import { prepareHistory } from './history-schema.ts';
import type { HistoryStatements } from './history-schema.ts';
import { ScoreEventStore } from './score-event-store.ts';
import { SeriesStore } from './series-store.ts';

/** A stream that something was written of. */
export interface KnownStream {
  readonly id: number;
  readonly definitions: Map<number, StreamDefinition>;
}

/** What the history keeps in memory of a database: one in a process for each, whoever opens it. */
export class HistoryState {
  static readonly #states = new WeakMap<EmbeddedDatabase, HistoryState>();

  readonly statements: HistoryStatements;
  readonly series: SeriesStore;
  readonly scoreEvents: ScoreEventStore;
  readonly #streams = new Map<string, KnownStream>();

  /** The state of a database: the same for all who ask in this process. */
  static of(database: EmbeddedDatabase): HistoryState {
    const state = this.#states.get(database) ?? new HistoryState(database);
    this.#states.set(database, state);
    return state;
  }

  private constructor(database: EmbeddedDatabase) {
    this.statements = prepareHistory(database.sqlite);
    this.series = new SeriesStore(this.statements);
    this.scoreEvents = new ScoreEventStore(this.statements);
    for (const { id, name } of this.statements.streams.all())
      this.#streams.set(name as string, { id: id as number, definitions: new Map() });
    for (const row of this.statements.definitions.all())
      this.define(decodeStreamDefinition(row.definition as Uint8Array));
  }

  get streams(): Iterable<KnownStream> {
    return this.#streams.values();
  }

  find(name: string): KnownStream | null {
    return this.#streams.get(name) ?? null;
  }

  /** A stream by name, made known where it is not. */
  stream(name: string): KnownStream {
    const known = this.#streams.get(name);
    if (known) return known;
    const { id } = this.statements.insertStream.get(name) as { id: number };
    const stream: KnownStream = { id, definitions: new Map() };
    this.#streams.set(name, stream);
    return stream;
  }

  define(definition: StreamDefinition): void {
    this.stream(definition.stream).definitions.set(definition.version, definition);
  }
}
