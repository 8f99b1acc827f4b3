import { scorePlot } from '../charts/score-plot.ts';
import { score as scoreWords } from '../format/quantity.ts';
import { excessSymbol } from '../format/status.ts';
import { view } from '../state/chosen-view.ts';
import { status } from '../state/console-state.ts';
import { reading } from '../state/readings.ts';
import { outcome } from '../state/threshold-form.ts';
import { cursorMs } from '../state/time-range.ts';
import { PlotCanvas } from './PlotCanvas.tsx';

/** The chosen stream's anomaly score against its threshold. */
export function ScoreChart({ heightPx }: { readonly heightPx: number }) {
  const current = view.value;
  const read = current && reading(current.grid, current.score, cursorMs.value);
  const level = current?.thresholds.findLast(({ drawnFromMs }) => drawnFromMs <= (read?.atMs ?? Infinity))?.level;
  return (
    <section class="chart" aria-label="Anomaly score">
      <header>
        <h3>Anomaly score</h3>
        <span class="faint">reconstruction error, 1 is ordinary</span>
        <span class="space" />
        {read && (
          <output class={`num ${level && read.max > level ? excessSymbol(read.max / level) : ''}`}>
            {scoreWords(read.max)}
          </output>
        )}
        {level != null && <span class="num expected threshold-key">threshold {scoreWords(level)}</span>}
      </header>
      <PlotCanvas
        heightPx={heightPx}
        spec={() =>
          scorePlot(() => ({
            view: view.peek(),
            tried: outcome.peek()?.levels ?? [],
            showFaults: status.peek()?.simulated ?? false,
          }))
        }
        columns={({ score }) => (outcome.value, [score.min, score.max])}
      />
    </section>
  );
}
