import type { ChannelDefinition } from '../../../pipelines/telemetry/channel.ts';
import { channelPlot } from '../charts/channel-plot.ts';
import { channelValue, percent } from '../format/quantity.ts';
import { view } from '../state/chosen-view.ts';
import { explained } from '../state/explained-anomaly.ts';
import { middle, middles, reading } from '../state/readings.ts';
import { cursorMs } from '../state/time-range.ts';
import { PlotCanvas } from './PlotCanvas.tsx';

const worthNaming = 0.05;

/** One channel: telemetry solid, reconstruction dashed, with the newest values or those under the cursor. */
export function ChannelChart({
  channel,
  heightPx,
}: {
  readonly channel: ChannelDefinition;
  readonly heightPx: number;
}) {
  const current = view.value;
  const drawn = current?.channels.find(({ channelId }) => channelId === channel.id);
  const observed = current && drawn && reading(current.grid, drawn.telemetry, cursorMs.value);
  const expected = current && drawn && reading(current.grid, drawn.reconstruction, cursorMs.value);
  const isImputed = drawn?.imputed?.min.some((value) => value !== null) ?? false;
  const share = explained.value?.contributions.find(({ channelId }) => channelId === channel.id)?.share ?? 0;
  return (
    <section class="chart" aria-label={channel.name}>
      <header>
        <h3>{channel.name}</h3>
        <span class="faint num">{channel.id}</span>
        {share >= worthNaming && <span class="share">{percent(share)} of the error</span>}
        {isImputed && (
          <span class="imputed" title="Put there by the model from what the other channels say; no score sees it">
            imputed, not scored
          </span>
        )}
        <span class="space" />
        <output class="num">{observed ? channelValue(channel, middle(observed)) : '–'}</output>
        <span class="num expected">expected {expected ? channelValue(channel, middle(expected)) : '–'}</span>
      </header>
      <PlotCanvas
        heightPx={heightPx}
        spec={() => channelPlot(channel, () => view.peek())}
        columns={({ channels, grid }) => {
          const found = channels.find(({ channelId }) => channelId === channel.id);
          if (!found) return Array.from({ length: 6 }, () => Array.from({ length: grid.bins }, () => null));
          const { telemetry, reconstruction, imputed } = found;
          const expectedMiddle = middles(reconstruction);
          const filled = imputed ? middles(imputed) : expectedMiddle.map(() => null);
          return [telemetry.min, telemetry.max, reconstruction.min, reconstruction.max, expectedMiddle, filled];
        }}
      />
    </section>
  );
}
