import type { Contribution } from '../../../services/console/api.ts';
import { percent } from '../format/quantity.ts';
import { timeNear } from '../format/station-time.ts';
import { detail } from '../state/chosen-view.ts';
import { status } from '../state/console-state.ts';
import { explained } from '../state/explained-anomaly.ts';

const shown = 5;

/** Which channels the error comes from: of the explained anomaly, else of the newest window. */
export function Why() {
  const anomaly = explained.value;
  const contributions = anomaly?.contributions ?? detail.value?.contributions ?? [];
  if (contributions.length === 0) return null;
  const nowMs = status.value?.stationTimeMs ?? 0;
  return (
    <section class="why" aria-label="Contributions">
      <h2>
        {anomaly ? 'Why' : 'Error by channel'}
        <small>
          {anomaly ? (
            <>
              {' '}
              since <span class="num">{timeNear(anomaly.located.fromMs, nowMs)}</span>
            </>
          ) : (
            ' nothing unusual'
          )}
        </small>
      </h2>
      <ul>
        {contributions.slice(0, shown).map((part) => (
          <Bar key={part.channelId} part={part} anomalous={anomaly !== null} />
        ))}
      </ul>
    </section>
  );
}

function Bar({ part: { channelId, share }, anomalous }: { readonly part: Contribution; readonly anomalous: boolean }) {
  const name = detail.value?.channels.find(({ id }) => id === channelId)?.name ?? channelId;
  return (
    <li title={channelId}>
      <span class="name">{name}</span>
      <span class="bar" aria-hidden="true">
        <i class={anomalous ? '' : 'calm'} style={{ width: `${share * 100}%` }} />
      </span>
      <span class="num">{percent(share)}</span>
    </li>
  );
}
