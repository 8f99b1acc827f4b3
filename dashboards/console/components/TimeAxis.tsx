import { axisWidth } from '../charts/time-plot.ts';
import { tickLabel, timeTicks } from '../charts/time-ticks.ts';
import { clock } from '../format/station-time.ts';
import { cursorMs, plotWidth, visibleRange } from '../state/time-range.ts';

/** The labels of the one time axis, below the charts, and the time under the cursor. */
export function TimeAxis() {
  const range = visibleRange.value;
  if (!range) return <div class="time-axis" />;
  const width = plotWidth.value;
  const ticks = timeTicks(range, width);
  const x = (timeMs: number): string =>
    `${axisWidth + ((timeMs - range.fromMs) / (range.toMs - range.fromMs)) * width}px`;
  return (
    <div class="time-axis num" aria-hidden="true">
      {ticks.map((tick) => (
        <span key={tick} style={{ left: x(tick) }}>
          {tickLabel(tick, ticks)}
        </span>
      ))}
      {cursorMs.value !== null && (
        <span class="cursor" style={{ left: x(cursorMs.value) }}>
          {clock(cursorMs.value)}Z
        </span>
      )}
    </div>
  );
}
