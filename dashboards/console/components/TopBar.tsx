import { calendarDate, stationTime } from '../format/station-time.ts';
import { status } from '../state/console-state.ts';
import { FeedState } from './FeedState.tsx';
import { RangeControl } from './RangeControl.tsx';
import { SymbolCounts } from './SymbolCounts.tsx';

/** Name, station time, how telemetry comes, what stands how, and the range of time in sight. */
export function TopBar() {
  const { stationTimeMs = null, simulated = false } = status.value ?? {};
  return (
    <header class="top">
      <h1>Cupola</h1>
      <div class="station-time">
        {stationTimeMs === null ? (
          <span class="num dim">––––-–––T––:––:––Z</span>
        ) : (
          <>
            <time class="num" dateTime={new Date(stationTimeMs).toISOString()} aria-label="Station time">
              {stationTime(stationTimeMs)}
            </time>
            <span class="dim date">{calendarDate(stationTimeMs)}</span>
          </>
        )}
      </div>
      <FeedState />
      {simulated && <span class="tag">simulated station</span>}
      <span class="space" />
      <SymbolCounts />
      <RangeControl />
    </header>
  );
}
