import type { ScoreEvent } from '../scoring/score-event.ts';

/** A channel said nothing for longer than its staleAfterMs: from its last observation to the next, [startMs, endMs). */
export interface ChannelGap {
  readonly channelId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The gaps that ended among these events: one for each channel that had been heard, went stale, and resumed. */
export function channelGaps(events: readonly ScoreEvent[]): ChannelGap[] {
  return events.flatMap((event) => {
    if (event.type !== 'resumed' || event.lastObservedMs === null) return [];
    return [{ channelId: event.channelId, startMs: event.lastObservedMs, endMs: event.resumedMs }];
  });
}

/** The gaps that `channels` channels had alike, as when a whole stream falls silent; [startMs, endMs) each. */
export function sharedGaps(gaps: readonly ChannelGap[], channels: number): Omit<ChannelGap, 'channelId'>[] {
  const alike = Map.groupBy(gaps, ({ startMs, endMs }) => `${startMs}-${endMs}`);
  return [...alike.values()].filter((some) => some.length === channels).map(([first]) => first!);
}

/** What of a stretch of time lies in none of these gaps, which are ascending and apart. */
export function outsideGaps<T extends Omit<ChannelGap, 'channelId'>>(
  stretch: T,
  gaps: readonly Omit<ChannelGap, 'channelId'>[],
): T[] {
  const pieces: T[] = [];
  let { startMs } = stretch;
  for (const gap of gaps) {
    if (gap.endMs <= startMs || gap.startMs >= stretch.endMs) continue;
    if (gap.startMs > startMs) pieces.push({ ...stretch, startMs, endMs: gap.startMs });
    startMs = gap.endMs;
  }
  if (startMs < stretch.endMs) pieces.push({ ...stretch, startMs });
  return pieces;
}
