import type { TimeRange } from '../../../pipelines/ports.ts';
import type { ScoreEvent, WindowGap } from '../../../pipelines/scoring/score-event.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';

/** Definitions of one stream by version. */
export type Definitions = ReadonlyMap<number, StreamDefinition>;

/** Score events that are kept: all but watermarks. */
export type KeptEvent = Exclude<ScoreEvent, { type: 'watermark' }>;

/** What an event covers: its windows, or a millisecond. A channel that was never observed is stale since the epoch. */
export function span(event: KeptEvent, definitions: Definitions = new Map()): TimeRange {
  switch (event.type) {
    case 'score':
      return { fromMs: event.windowStartMs, toMs: event.windowEndMs };
    case 'gap':
      return runOfWindows(event, definitions.get(event.definitionVersion));
    case 'stale':
      return millisecond(event.lastObservedMs ?? 0);
    case 'resumed':
      return millisecond(event.resumedMs);
    case 'warm-up':
      return millisecond(event.windowStartMs);
  }
}

function runOfWindows({ firstWindowStartMs, windows }: WindowGap, definition: StreamDefinition | undefined): TimeRange {
  if (!definition) return millisecond(firstWindowStartMs);
  const toMs = firstWindowStartMs + (windows - 1) * definition.strideMs + definition.windowLengthMs;
  return { fromMs: firstWindowStartMs, toMs };
}

function millisecond(fromMs: number): TimeRange {
  return { fromMs, toMs: fromMs + 1 };
}

/** The longest window of a stream. Of definitions that are not known yet, any length may be. */
export function longestWindowMs(definitions: Definitions): number {
  if (definitions.size === 0) return Infinity;
  return Math.max(...[...definitions.values()].map(({ windowLengthMs }) => windowLengthMs));
}
