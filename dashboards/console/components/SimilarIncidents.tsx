import type { SimilarIncident } from '../../../services/console/api.ts';
import { percent } from '../format/quantity.ts';
import { stationTime, timeNear } from '../format/station-time.ts';
import { selectedAnomaly, status } from '../state/console-state.ts';
import { similar } from '../state/similar-incidents.ts';
import { showEvent } from '../state/time-range.ts';

const shown = 3;
/** From where on an earlier anomaly is worth a look: docs/decisions/0027 says what likenesses stand for. */
const alikeFrom = 0.5;

/** Which earlier anomalies the explained one is like, and what they were judged to be. Choosing one shows it. */
export function SimilarIncidents() {
  if (!similar.value) return null;
  const { compared, incidents } = similar.value;
  const alike = incidents.filter(({ likeness }) => likeness >= alikeFrom).slice(0, shown);
  return (
    <div class="similar" role="group" aria-label="Similar incidents">
      {alike.length > 0 ? (
        <>
          <span>{likenessWords(alike[0]!.likeness)}</span>
          <ul>
            {alike.map((incident) => (
              <Incident key={incident.anomaly.id} incident={incident} />
            ))}
          </ul>
        </>
      ) : (
        <span>{compared === 0 ? 'the first anomaly of this stream' : `like none of ${compared} earlier ones`}</span>
      )}
    </div>
  );
}

/** For the most alike one. */
function likenessWords(likeness: number): string {
  if (likeness >= 0.8) return 'very like';
  return likeness >= 0.65 ? 'like' : 'somewhat like';
}

function Incident({ incident }: { readonly incident: SimilarIncident }) {
  const { anomaly, likeness } = incident;
  const nowMs = status.value?.stationTimeMs ?? anomaly.endMs;
  return (
    <li>
      <button type="button" title={reason(incident)} onClick={() => choose(incident)}>
        <span class="num">{timeNear(anomaly.located.fromMs, nowMs)}</span>
        <span class="num dim">{percent(likeness)}</span>
        <span>{anomaly.verdict ? `judged ${anomaly.verdict.judgement}` : 'unjudged'}</span>
      </button>
    </li>
  );
}

function reason({ byChannels, byCode, anomaly: { located, verdict } }: SimilarIncident): string {
  const code = byCode === null ? 'codes of another model cannot be compared' : `by code ${percent(byCode)}`;
  const why = verdict?.reason ? `; ${verdict.issuedBy}: ${verdict.reason}` : '';
  return `${stationTime(located.fromMs)}: alike by channels ${percent(byChannels)}, ${code}${why}`;
}

function choose({ anomaly: { id, startMs, endMs } }: SimilarIncident): void {
  selectedAnomaly.value = id;
  showEvent({ fromMs: startMs, toMs: endMs });
}
