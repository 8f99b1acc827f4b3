import { batch } from '@preact/signals';
import type { LiveDelta, LiveSnapshot } from '../../../services/console/api.ts';
import { connection, takeDelta, takeSnapshot } from './console-state.ts';

const lostAfterMs = 5000;
const retryAfterMs = 1000;

/**
 * Listens to the console's live feed, and begins again when it falls silent: the feed speaks at least once a second, so
 * five seconds without a word mean that the service, or the way to it, is gone.
 */
export function connectLive(): void {
  const source = new EventSource('/api/live');
  let silence = 0;
  const begin = (): void => {
    clearTimeout(silence);
    source.close();
    connection.value = 'lost';
    setTimeout(connectLive, retryAfterMs);
  };
  const heard = (): void => {
    clearTimeout(silence);
    silence = window.setTimeout(begin, lostAfterMs);
    connection.value = 'open';
  };
  const on = (event: string, take: (data: string) => void): void =>
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      batch(() => {
        heard();
        take(data);
      });
    });
  on('snapshot', (data) => takeSnapshot(JSON.parse(data) as LiveSnapshot));
  on('delta', (data) => takeDelta(JSON.parse(data) as LiveDelta));
  source.onerror = begin;
  silence = window.setTimeout(begin, lostAfterMs);
}
