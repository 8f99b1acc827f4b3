import type { StreamSummary } from '../../../services/console/api.ts';
import { duration } from '../format/duration.ts';
import { detail } from '../state/chosen-view.ts';
import { chosen, status } from '../state/console-state.ts';

/** One sentence on what the chosen stream is doing. It always has its line, so that charts stay where they are. */
export function StreamNotice() {
  return (
    <p class="notice" role="status">
      {chosen.value ? `${suspectWords(chosen.value)}${streamWords(chosen.value)}` : noStreamWords()}
    </p>
  );
}

function noStreamWords(): string {
  return status.value?.telemetry === 'reading'
    ? 'Reading the log of what was so far.'
    : 'Nothing to show yet: the first stream appears as soon as ingest has announced it.';
}

/** A model that finds most of it abnormal says little about the craft. */
function suspectWords({ suspicion }: StreamSummary): string {
  if (!suspicion) return '';
  return `Model suspect: it found ${(100 * suspicion.share).toFixed(0)} % of ${suspicion.windows} windows abnormal. `;
}

function streamWords(stream: StreamSummary): string {
  switch (stream.state) {
    case 'unmodelled':
      return 'Waiting for telemetry: nothing of this stream has come in yet.';
    case 'warming-up':
      return `Warming up: robust limits are fitted after ${duration(stream.remainingMs ?? 0)} more of telemetry; nothing is scored before.`;
    case 'gap':
      return 'No signal: too few samples to score the newest windows. Silence is not taken for normal.';
    case 'stale':
      return `Silent beyond their time: ${channelNames(stream.staleChannelIds)}.`;
    case 'anomalous':
      return `Over its threshold for ${duration((stream.watermarkMs ?? 0) - stream.openAnomaly!.startMs)}, ${times(stream.openAnomaly!.peakRatio)} at its peak.`;
    case 'normal':
      return stream.model?.trained === false
        ? 'Robust limits (median and spread of each channel) watch until the first autoencoder is trained.'
        : 'Within its threshold.';
  }
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times`;
}

function channelNames(ids: readonly string[]): string {
  const names = ids.map((id) => detail.value?.channels.find((channel) => channel.id === id)?.name ?? id);
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
