import { duration } from '../format/duration.ts';
import { connection, status } from '../state/console-state.ts';
import { StatusSymbol } from './StatusSymbol.tsx';

/** Faster than anything that is watched live: history on its way through ingest. */
const historySpeed = 300;

/** How telemetry comes: how fast, or since when not. */
export function FeedState() {
  if (connection.value === 'lost')
    return (
      <span class="feed critical" role="alert">
        <StatusSymbol symbol="critical" /> console service lost, trying again
      </span>
    );
  const { telemetry, telemetryAgeMs, speed } = status.value ?? { telemetry: 'reading' as const };
  switch (telemetry) {
    case 'reading':
      return <span class="feed dim">reading the log</span>;
    case 'waiting':
      return <span class="feed dim">waiting for the first telemetry</span>;
    case 'lost':
      return (
        <span class="feed critical" role="alert">
          <StatusSymbol symbol="critical" /> telemetry lost for <span class="num">{duration(telemetryAgeMs ?? 0)}</span>
        </span>
      );
    case 'arriving':
      return <span class="feed dim">{speed == null ? 'telemetry arriving' : speedWords(speed)}</span>;
  }
}

function speedWords(speed: number) {
  const times = (
    <span class="num">
      {speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString('en')}
      {'\u202f'}×
    </span>
  );
  if (speed > historySpeed) return <>replaying history at {times} real time</>;
  return Math.abs(speed - 1) < 0.15 ? <>real time</> : <>{times} real time</>;
}
