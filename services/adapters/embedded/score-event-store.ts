import type { TimeRange } from '../../../pipelines/ports.ts';
import { decodeScoreEvents, encodeScoreEvents } from '../../../pipelines/scoring/score-codec.ts';
import type { ScoreEvent } from '../../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';
import type { HistoryStatements } from './history-schema.ts';

/** Definitions of one stream by version. */
export type Definitions = ReadonlyMap<number, StreamDefinition>;

/** Score events that are kept: all but watermarks. */
export type KeptEvent = Exclude<ScoreEvent, { type: 'watermark' }>;

/** Score events one by one, exact, in the binary form of their topic. */
export class ScoreEventStore {
  readonly #statements: HistoryStatements;

  constructor(statements: HistoryStatements) {
    this.#statements = statements;
  }

  insert(streamId: number, event: KeptEvent): void {
    const isGap = Number(event.type === 'gap');
    this.#statements.insertScoreEvent.run(streamId, isGap, instantMs(event), encodeScoreEvents([event]));
  }

  /** Events that meet a range, ascending by instant; the newest `limit`. */
  read(streamId: number, definitions: Definitions, range: TimeRange, limit: number): KeptEvent[] {
    const found = [
      ...this.#newest(streamId, definitions, range, limit, false),
      ...this.#newest(streamId, definitions, range, limit, true),
    ];
    return found
      .sort((a, b) => a.atMs - b.atMs || a.id - b.id)
      .slice(-limit)
      .map(({ event }) => event);
  }

  /** Deletes what is wholly before `beforeMs`. */
  forget(streamId: number, definitions: Definitions, beforeMs: number): void {
    for (const isGap of [0, 1]) {
      for (const row of this.#statements.scoreEvents.all(streamId, isGap, -Infinity, beforeMs + 1)) {
        const { id, event } = stored(row);
        const { fromMs, toMs } = span(event, definitions);
        if (fromMs < beforeMs && toMs <= beforeMs) this.#statements.deleteScoreEvent.run(id);
      }
    }
  }

  /** Instants lie at an event's end, but for gaps, which begin at theirs and have any length. */
  #newest(streamId: number, definitions: Definitions, range: TimeRange, limit: number, isGap: boolean) {
    const found: ReturnType<typeof stored>[] = [];
    if (limit < 1) return found;
    const fromMs = isGap ? -Infinity : range.fromMs;
    const toMs = isGap ? range.toMs : range.toMs + longestWindowMs(definitions);
    for (const row of this.#statements.scoreEvents.iterate(streamId, Number(isGap), fromMs, toMs)) {
      const each = stored(row);
      const own = span(each.event, definitions);
      if (own.fromMs >= range.toMs || own.toMs <= range.fromMs) continue;
      found.push(each);
      if (found.length === limit) break;
    }
    return found;
  }
}

function stored(row: Record<string, unknown>) {
  const [event] = decodeScoreEvents(row.event as Uint8Array);
  return { id: row.id as number, atMs: row.atMs as number, event: event as KeptEvent };
}

/** Where an event stands in time. A channel that was never observed has been stale since the epoch. */
function instantMs(event: KeptEvent): number {
  switch (event.type) {
    case 'score':
      return event.windowEndMs;
    case 'gap':
      return event.firstWindowStartMs;
    case 'stale':
      return event.lastObservedMs ?? 0;
    case 'resumed':
      return event.resumedMs;
    case 'warm-up':
      return event.windowStartMs;
  }
}

/** What an event covers: its windows, or a millisecond at its instant. */
function span(event: KeptEvent, definitions: Definitions): TimeRange {
  if (event.type === 'score') return { fromMs: event.windowStartMs, toMs: event.windowEndMs };
  const fromMs = instantMs(event);
  const definition = definitions.get(event.definitionVersion);
  if (event.type !== 'gap' || !definition) return { fromMs, toMs: fromMs + 1 };
  return { fromMs, toMs: fromMs + (event.windows - 1) * definition.strideMs + definition.windowLengthMs };
}

/** Of definitions that are not known yet, any length may be. */
function longestWindowMs(definitions: Definitions): number {
  if (definitions.size === 0) return Infinity;
  return Math.max(...[...definitions.values()].map(({ windowLengthMs }) => windowLengthMs));
}
