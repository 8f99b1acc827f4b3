import { chooseStream, selectedStream, streams, showAllChannels } from './console-state.ts';
import { goLive, pan } from './time-range.ts';

const actions: Readonly<Record<string, () => void>> = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  ArrowLeft: () => pan(-0.25),
  ArrowRight: () => pan(0.25),
  l: () => goLive(),
  a: () => {
    showAllChannels.value = !showAllChannels.value;
  },
};

/** Keys that work anywhere but where text is typed: up and down through streams, left and right through time, L, A. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    const typing = event.target instanceof Element && event.target.closest('input, select, textarea') !== null;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (typing || !action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}

function step(by: number): void {
  const ids = [...streams.value.keys()];
  const at = ids.indexOf(selectedStream.value ?? '');
  const next = ids[Math.min(Math.max(at + by, 0), ids.length - 1)];
  if (next === undefined) return;
  chooseStream(next);
  document.getElementById(`stream-${next}`)?.focus();
}
