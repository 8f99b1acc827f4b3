import type { BinnedSeries, StreamView } from '../../../services/console/api.ts';

/**
 * A view that goes on in another: the older up to where the fresh one begins, then the fresh one, from `fromMs` on.
 * Null where they do not join: another stream, other bins or channels, or a hole between.
 */
export function mergeViews(older: StreamView, fresh: StreamView, fromMs: number): StreamView | null {
  const { binMs } = older.grid;
  const joins =
    older.stream === fresh.stream &&
    older.definitionVersion === fresh.definitionVersion &&
    binMs === fresh.grid.binMs &&
    older.channels.length === fresh.channels.length &&
    older.channels.every(({ channelId }, index) => fresh.channels[index]!.channelId === channelId);
  const keepTo = (fresh.grid.fromMs - older.grid.fromMs) / binMs;
  if (!joins || keepTo < 0 || keepTo > older.grid.bins) return null;
  const keepFrom = Math.min(keepTo, Math.max(0, Math.floor((fromMs - older.grid.fromMs) / binMs)));
  const join = (a: BinnedSeries, b: BinnedSeries): BinnedSeries => ({
    min: [...a.min.slice(keepFrom, keepTo), ...b.min],
    max: [...a.max.slice(keepFrom, keepTo), ...b.max],
  });
  const joinAny = (a: BinnedSeries | null, b: BinnedSeries | null): BinnedSeries | null =>
    a || b ? join(a ?? emptySeries(older.grid.bins), b ?? emptySeries(fresh.grid.bins)) : null;
  const freshFromMs = fresh.grid.fromMs;
  return {
    ...fresh,
    grid: { fromMs: older.grid.fromMs + keepFrom * binMs, binMs, bins: keepTo - keepFrom + fresh.grid.bins },
    score: join(older.score, fresh.score),
    channels: older.channels.map((channel, index) => ({
      channelId: channel.channelId,
      telemetry: join(channel.telemetry, fresh.channels[index]!.telemetry),
      reconstruction: join(channel.reconstruction, fresh.channels[index]!.reconstruction),
      imputed: joinAny(channel.imputed, fresh.channels[index]!.imputed),
    })),
    thresholds: [
      ...older.thresholds.filter(({ drawnFromMs }) => drawnFromMs < (fresh.thresholds[0]?.drawnFromMs ?? Infinity)),
      ...fresh.thresholds,
    ],
    anomalies: [...older.anomalies.filter(({ endMs }) => endMs <= freshFromMs), ...fresh.anomalies],
    gaps: [...older.gaps.filter(({ toMs }) => toMs <= freshFromMs), ...fresh.gaps],
    stale: [...older.stale.filter(({ toMs }) => toMs !== null && toMs <= freshFromMs), ...fresh.stale],
    faults: [...older.faults.filter(({ endMs }) => endMs <= freshFromMs), ...fresh.faults],
  };
}

function emptySeries(bins: number): BinnedSeries {
  const none = Array.from({ length: bins }, () => null);
  return { min: none, max: none };
}
