import { rate, score } from '../format/quantity.ts';
import { outcome, refusal } from '../state/threshold-form.ts';

/** What the form's setting would have done in sight, in a sentence; or why it cannot. */
export function ThresholdPreview() {
  if (refusal.value)
    return (
      <p class="preview critical" role="alert">
        {refusal.value.field && <b>{refusal.value.field}: </b>}
        {refusal.value.bound ?? refusal.value.message}
      </p>
    );
  if (!outcome.value) return null;
  const { anomalies, anomaliesNow: now, levels, expectedPerDay } = outcome.value;
  const would = anomalies.length;
  return (
    <p class="preview" role="status">
      Level <b class="num tried">{levelWords(levels.map(({ level }) => level))}</b>: in sight it would give{' '}
      <b class="num">{would === 1 ? '1 anomaly' : `${would} anomalies`}</b>
      {would === now ? ', as now.' : `, ${now} now: ${Math.abs(would - now)} ${would < now ? 'fewer' : 'more'}.`}
      {expectedPerDay !== null && ` Of ordinary windows, ${rate(expectedPerDay)} a day exceed it.`}
    </p>
  );
}

/** A level, or between which it moves. */
function levelWords(levels: readonly number[]): string {
  if (levels.length === 0) return '–';
  const [least, most] = [Math.min(...levels), Math.max(...levels)];
  return least === most ? score(least) : `${score(least)} to ${score(most)}`;
}
