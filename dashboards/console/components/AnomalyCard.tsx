import { useEffect, useRef } from 'preact/hooks';
import type { AnomalySummary, Deviation } from '../../../services/console/api.ts';
import { duration, shortDuration } from '../format/duration.ts';
import { quantities, rate, score } from '../format/quantity.ts';
import { stationTime, timeNear } from '../format/station-time.ts';
import { excessSymbol } from '../format/status.ts';
import { chooseStream, selectedAnomaly, status, streams } from '../state/console-state.ts';
import { details, explained } from '../state/explained-anomaly.ts';
import { similar } from '../state/similar-incidents.ts';
import { showEvent } from '../state/time-range.ts';
import { SimilarIncidents } from './SimilarIncidents.tsx';
import { StatusSymbol } from './StatusSymbol.tsx';
import { VerdictButtons } from './VerdictButtons.tsx';

/** One anomaly: whose, since when, how high, and in words what moved. Choosing it shows it. */
export function AnomalyCard({ anomaly }: { readonly anomaly: AnomalySummary }) {
  const { stream, state, peakScore, threshold } = anomaly;
  const { fromMs, toMs } = anomaly.located;
  const nowMs = status.value?.stationTimeMs ?? toMs;
  const symbol = excessSymbol(peakScore / threshold);
  const isChosen = explained.value?.id === anomaly.id;
  return (
    <>
      <button type="button" class={`card ${state} ${symbol}`} aria-pressed={isChosen} onClick={() => choose(anomaly)}>
        <span class="title">
          <StatusSymbol symbol={symbol} label={symbol} />
          <b>{streams.value.get(stream)?.value.name ?? stream}</b>
          <span class="num age" title={stationTime(fromMs)}>
            {state === 'open' ? shortDuration(nowMs - fromMs) : timeNear(fromMs, nowMs)}
          </span>
        </span>
        <span class="facts">
          {state === 'open' ? 'open' : `lasted ${duration(toMs - fromMs)}`}, peak{' '}
          <span class="num">{score(peakScore)}</span> over <span class="num">{score(threshold)}</span>
        </span>
        <Rarity anomaly={anomaly} />
        <Contributors anomaly={anomaly} />
        {anomaly.faults.map((fault) => (
          <span key={fault.id} class="fault" title={fault.description}>
            injected {fault.kind}
            {fault.stream !== stream && ` in ${streams.value.get(fault.stream)?.value.name ?? fault.stream}`}
          </span>
        ))}
        <VerdictGiven anomaly={anomaly} />
      </button>
      {isChosen && <ChosenAnomaly anomaly={anomaly} />}
    </>
  );
}

/** What is asked of the chosen one: whether it was seen before, and what it is. Where a person chose it, that is in sight. */
function ChosenAnomaly({ anomaly }: { readonly anomaly: AnomalySummary }) {
  const element = useRef<HTMLDivElement>(null);
  const isPicked = selectedAnomaly.value === anomaly.id;
  const isKnown = similar.value?.id === anomaly.id;
  useEffect(() => {
    if (isPicked) element.current!.scrollIntoView({ block: 'nearest' });
  }, [isPicked, isKnown]);
  return (
    <div ref={element}>
      <SimilarIncidents />
      <VerdictButtons anomaly={anomaly} />
    </div>
  );
}

/** What a person made of it. */
function VerdictGiven({ anomaly: { verdict } }: { readonly anomaly: AnomalySummary }) {
  if (!verdict) return null;
  return (
    <span class="given" title={verdict.reason}>
      judged <b>{verdict.judgement}</b> by {verdict.issuedBy}
    </span>
  );
}

/** What its peak means, whatever the stream. */
function Rarity({ anomaly }: { readonly anomaly: AnomalySummary }) {
  const expected = details.value.get(anomaly.id)?.expected;
  if (!expected) return null;
  return (
    <span class="facts" title="how often windows like those of its model's holdout score higher than this peak">
      ordinarily {expected.isAtMost && 'at most '}
      <span class="num">{rate(expected.perDay)}</span> windows a day
    </span>
  );
}

/** Which channels moved, and how far from what was expected. */
function Contributors({ anomaly }: { readonly anomaly: AnomalySummary }) {
  const deviations = details.value.get(anomaly.id)?.deviations ?? [];
  const main = deviations.filter(({ share }, index) => index === 0 || share >= 0.25).slice(0, 2);
  if (main.length === 0) return null;
  return (
    <span class="contributors">
      {main.map((deviation) => (
        <span key={deviation.channelId}>{deviationWords(deviation)}</span>
      ))}
    </span>
  );
}

function deviationWords({ name, unit, observed, expected }: Deviation) {
  const [was, should] = quantities(observed, expected, unit);
  return (
    <>
      {name} <b class="num">{was}</b>, expected <span class="num">{should}</span>
    </>
  );
}

function choose({ id, stream, startMs, endMs }: AnomalySummary): void {
  chooseStream(stream);
  selectedAnomaly.value = id;
  showEvent({ fromMs: startMs, toMs: endMs });
}
