import { useEffect, useRef, useState } from 'preact/hooks';
import { measurePlots } from '../charts/time-plot.ts';
import { chartsThatFit, detail, drawnChannels } from '../state/chosen-view.ts';
import { chosen, showAllChannels } from '../state/console-state.ts';
import { ChannelChart } from './ChannelChart.tsx';
import { ScoreChart } from './ScoreChart.tsx';
import { StreamHeading } from './StreamHeading.tsx';
import { StreamNotice } from './StreamNotice.tsx';
import { TimeAxis } from './TimeAxis.tsx';

const chartHeading = 24;
const leastChart = 100;
const mostChart = 220;

/** The chosen stream: its score, and below it the channels that contribute most, on one time axis. */
export function StreamPane() {
  const charts = useRef<HTMLDivElement>(null);
  const [heightPx, setHeightPx] = useState(600);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      measurePlots(width);
      setHeightPx(height);
    });
    observer.observe(charts.current!);
    return () => observer.disconnect();
  }, []);
  const scoreHeight = Math.round(Math.min(200, Math.max(104, heightPx * 0.24)));
  const room = heightPx - scoreHeight - chartHeading;
  const fit = Math.max(1, Math.floor(room / leastChart));
  useEffect(() => void (chartsThatFit.value = fit), [fit]);
  const known = detail.value?.channels.filter(({ id }) => drawnChannels.value.includes(id)) ?? [];
  const shown = known.toSorted((a, b) => drawnChannels.value.indexOf(a.id) - drawnChannels.value.indexOf(b.id));
  const each = Math.min(mostChart, Math.floor(room / Math.max(1, Math.min(fit, shown.length)))) - chartHeading;
  return (
    <main class="pane">
      {chosen.value && <StreamHeading stream={chosen.value} />}
      <StreamNotice />
      <div class={`charts ${showAllChannels.value ? 'all' : ''}`} ref={charts}>
        {chosen.value && <ScoreChart key={`score/${chosen.value.stream}`} heightPx={scoreHeight} />}
        {shown.map((channel) => (
          <ChannelChart key={`${detail.value?.stream}/${channel.id}`} channel={channel} heightPx={each} />
        ))}
      </div>
      <TimeAxis />
    </main>
  );
}
