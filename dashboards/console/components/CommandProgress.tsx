import { stationTime } from '../format/station-time.ts';
import { sent } from '../state/threshold-form.ts';

/** What became of the newest threshold that was asked for here. */
export function CommandProgress() {
  const command = sent.value;
  if (!command) return null;
  switch (command.state) {
    case 'pending':
      return (
        <span class="progress" role="status">
          <i class="pulse" aria-hidden="true" /> asked; it will govern from the next window
        </span>
      );
    case 'applied':
      return (
        <span class="progress applied" role="status">
          governs from <b class="num">{stationTime(command.effectiveFromMs!)}</b>
        </span>
      );
    case 'refused':
      return (
        <span class="progress critical" role="alert">
          refused: {command.refusedBecause}
        </span>
      );
  }
}
