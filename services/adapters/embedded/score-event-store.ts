import type { TimeRange } from '../../../pipelines/ports.ts';
import { decodeScoreEvents, encodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import { longestWindowMs, span, type Definitions, type KeptEvent } from '../history/event-span.ts';
import type { HistoryStatements } from './history-schema.ts';

/** Score events one by one, exact, in the binary form of their topic. */
export class ScoreEventStore {
  readonly #statements: HistoryStatements;

  constructor(statements: HistoryStatements) {
    this.#statements = statements;
  }

  insert(streamId: number, event: KeptEvent): void {
    const isGap = event.type === 'gap';
    // A gap's end depends on its definition, which may come later.
    const { fromMs, toMs } = span(event);
    this.#statements.insertScoreEvent.run(streamId, Number(isGap), isGap ? fromMs : toMs, encodeScoreEvents([event]));
  }

  /** Events that meet a range, ascending by where they end, gaps by where they begin; the newest `limit`. */
  read(streamId: number, definitions: Definitions, range: TimeRange, limit: number): KeptEvent[] {
    const longest = range.toMs + longestWindowMs(definitions);
    const rows = [
      ...this.#newest(
        this.#statements.scoreEvents.iterate(streamId, 0, range.fromMs, longest),
        definitions,
        range,
        limit,
      ),
      ...this.#newest(
        this.#statements.scoreEvents.iterate(streamId, 1, -Infinity, range.toMs),
        definitions,
        range,
        limit,
      ),
    ];
    return rows
      .sort((a, b) => a.untilMs - b.untilMs || a.id - b.id)
      .slice(-limit)
      .map(({ event }) => event);
  }

  /** Deletes what is wholly before `beforeMs`. */
  forget(streamId: number, definitions: Definitions, beforeMs: number): void {
    this.#statements.deleteScoreEvents.run(streamId, beforeMs);
    for (const row of this.#statements.scoreEvents.all(streamId, 1, -Infinity, beforeMs)) {
      const { id, event } = stored(row);
      if (span(event, definitions).toMs <= beforeMs) this.#statements.deleteScoreEvent.run(id);
    }
  }

  #newest(newestFirst: Iterable<Record<string, unknown>>, definitions: Definitions, range: TimeRange, limit: number) {
    const found: ReturnType<typeof stored>[] = [];
    for (const row of newestFirst) {
      if (found.length >= limit) break;
      const each = stored(row);
      const { fromMs, toMs } = span(each.event, definitions);
      if (fromMs < range.toMs && toMs > range.fromMs) found.push(each);
    }
    return found;
  }
}

function stored(row: Record<string, unknown>) {
  const [event] = decodeScoreEvents(row.event as Uint8Array);
  return { id: row.id as number, untilMs: row.untilMs as number, event: event as KeptEvent };
}
