import type { StreamSummary } from '../../../services/console/api.ts';
import { duration } from '../format/duration.ts';
import { percent } from '../format/quantity.ts';
import { stationTime, timeNear } from '../format/station-time.ts';
import { streamSymbol } from '../format/status.ts';
import { thresholdWords } from '../format/threshold-words.ts';
import { policies, showAllChannels, status } from '../state/console-state.ts';
import { StatusSymbol } from './StatusSymbol.tsx';

/** The chosen stream's name, and what watches it. */
export function StreamHeading({ stream }: { readonly stream: StreamSummary }) {
  const { model, threshold, observedShare, watermarkMs } = stream;
  const symbol = streamSymbol(stream);
  const nowMs = status.value?.stationTimeMs ?? 0;
  return (
    <div class="heading">
      <h2>
        <StatusSymbol symbol={symbol} label={symbol} />
        {stream.name}
        <small>
          {stream.subsystem && `${stream.subsystem} · `}
          {stream.scoredChannels} channels
        </small>
      </h2>
      <label class="all-channels">
        <input
          type="checkbox"
          checked={showAllChannels.value}
          onChange={({ currentTarget }) => (showAllChannels.value = currentTarget.checked)}
        />
        all channels
      </label>
      <dl>
        {model && (
          <div title={`${model.version}, by ${model.issuedBy}: ${model.reason}`}>
            <dt>model</dt>
            <dd>
              <a class="num" href={`/models/${model.version}`} target="_blank" rel="noopener">
                {model.version}
              </a>{' '}
              since <span class="num">{timeNear(model.effectiveFromMs, nowMs)}</span>
            </dd>
          </div>
        )}
        {threshold && (
          <div>
            <dt>threshold</dt>
            <dd>{thresholdWords(threshold.setting, policies.value)}</dd>
          </div>
        )}
        {observedShare !== null && (
          <div>
            <dt>observed</dt>
            <dd class="num">{percent(observedShare)}</dd>
          </div>
        )}
        {watermarkMs !== null && (
          <div title={`Everything before ${stationTime(watermarkMs)} is settled`}>
            <dt>settled</dt>
            <dd class="num">{duration(nowMs - watermarkMs)} ago</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
