import { duration } from '../format/duration.ts';
import { detail } from '../state/chosen-view.ts';
import { chosen, status } from '../state/console-state.ts';

/** One sentence on what the chosen stream is doing, where its charts do not say it. */
export function StreamNotice() {
  const words = noticeWords();
  return words === null ? null : (
    <p class="notice" role="status">
      {words}
    </p>
  );
}

function noticeWords(): string | null {
  const stream = chosen.value;
  if (!stream)
    return status.value?.telemetry === 'reading'
      ? 'Reading the log of what was so far.'
      : 'Nothing to show yet: the first stream appears as soon as ingest has announced it.';
  switch (stream.state) {
    case 'unmodelled':
      return 'Waiting for telemetry: nothing of this stream has come in yet.';
    case 'warming-up':
      return `Warming up: after ${duration(stream.remainingMs ?? 0)} more of telemetry robust limits are fitted and watch it; nothing is scored before.`;
    case 'gap':
      return 'No signal: too few samples to score the newest windows. Silence is not taken for normal.';
    case 'stale':
      return `Silent beyond their time: ${channelNames(stream.staleChannelIds)}.`;
    case 'normal':
    case 'anomalous':
      return stream.model?.trained === false
        ? 'Robust limits (median and spread of each channel) watch until the first autoencoder is trained.'
        : null;
  }
}

function channelNames(ids: readonly string[]): string {
  const names = ids.map((id) => detail.value?.channels.find((channel) => channel.id === id)?.name ?? id);
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
