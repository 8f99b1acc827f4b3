import { shortDuration } from '../format/duration.ts';
import { timeNear } from '../format/station-time.ts';
import { status } from '../state/console-state.ts';
import { goLive, pan, rangeChoice, spans } from '../state/time-range.ts';

/** The one range of time of the whole page: live with a length, or fixed. */
export function RangeControl() {
  const choice = rangeChoice.value;
  const live = choice.mode === 'live';
  return (
    <div class="range" role="group" aria-label="Time range">
      {choice.mode === 'fixed' && (
        <span class="fixed num">
          <button type="button" aria-label="Earlier" title="Earlier (left arrow)" onClick={() => pan(-0.25)}>
            ‹
          </button>
          {timeNear(choice.fromMs, status.value?.stationTimeMs ?? choice.toMs)} –{' '}
          {timeNear(choice.toMs, status.value?.stationTimeMs ?? choice.toMs)}
          <button type="button" aria-label="Later" title="Later (right arrow)" onClick={() => pan(0.25)}>
            ›
          </button>
        </span>
      )}
      <button type="button" class="live" aria-pressed={live} title="Follow station time (L)" onClick={() => goLive()}>
        Live
      </button>
      <div class="segments">
        {spans.map((span) => (
          <button key={span} type="button" aria-pressed={live && choice.spanMs === span} onClick={() => goLive(span)}>
            {shortDuration(span)}
          </button>
        ))}
      </div>
    </div>
  );
}
