import type { BinnedSeries } from '../../../services/console/api.ts';
import { score } from '../format/quantity.ts';
import { view } from '../state/chosen-view.ts';
import { chosen } from '../state/console-state.ts';
import { refusal, triedLevel } from '../state/threshold-form.ts';

/** What the form's setting would do, in a sentence; or why it cannot. */
export function ThresholdPreview() {
  if (refusal.value)
    return (
      <p class="preview critical" role="alert">
        {refusal.value.field && <b>{refusal.value.field}: </b>}
        {refusal.value.bound ?? refusal.value.message}
      </p>
    );
  const level = triedLevel.value;
  const governing = chosen.value?.threshold?.level;
  if (level === null || !view.value || governing == null) return null;
  const [would, now] = [excursions(view.value.score, level), excursions(view.value.score, governing)];
  return (
    <p class="preview" role="status">
      Level <b class="num tried">{score(level)}</b>: in sight the score exceeds it <b class="num">{times(would)}</b>
      {would === now ? ', as now.' : `, ${now} now: ${Math.abs(would - now)} ${would < now ? 'fewer' : 'more'}.`}
    </p>
  );
}

/** Separate stretches in which a score lies above a level. */
function excursions({ max }: BinnedSeries, level: number): number {
  return max.filter((value, bin) => (value ?? 0) > level && !((max[bin - 1] ?? 0) > level)).length;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
