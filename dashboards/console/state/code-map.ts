import { effect, signal } from '@preact/signals';
import type { StreamCodes } from '../../../services/console/api.ts';
import { fetchCodes } from './api-client.ts';
import { selectedStream } from './console-state.ts';
import { rangeChoice, visibleRange } from './time-range.ts';

/** Codes of the windows in sight; `map` is null where none was scored. null while they are loaded. */
export const codeMap = signal<StreamCodes | null>(null);

const refreshEveryMs = 4000;
/** Ordinary windows that are drawn at most. */
const mostOrdinary = 400;

/** Loads the chosen stream's map over the range in sight, and keeps it up while live; returns how to end that. */
export function followCodeMap(): () => void {
  let newest = 0;
  const load = async (): Promise<void> => {
    const [stream, range] = [selectedStream.peek(), visibleRange.peek()];
    if (stream === null || !range) return;
    const asked = ++newest;
    const loaded = await fetchCodes(stream, range, mostOrdinary).catch(() => null);
    if (asked === newest && loaded) codeMap.value = loaded;
  };
  const endFollowing = effect(() => {
    void rangeChoice.value;
    if (codeMap.peek()?.map?.stream !== selectedStream.value) codeMap.value = null;
    void load();
  });
  const timer = setInterval(() => {
    const isLive = rangeChoice.peek().mode === 'live' || codeMap.peek() === null;
    if (isLive && !document.hidden) void load();
  }, refreshEveryMs);
  return () => {
    newest++;
    endFollowing();
    clearInterval(timer);
  };
}
