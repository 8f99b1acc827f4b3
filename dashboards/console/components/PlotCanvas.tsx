import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { StreamView } from '../../../services/console/api.ts';
import { axisWidth, TimePlot, type TimePlotSpec } from '../charts/time-plot.ts';
import { view } from '../state/chosen-view.ts';
import { plotWidth, visibleRange } from '../state/time-range.ts';

type Column = readonly (number | null)[];

export interface PlotCanvasProps {
  readonly heightPx: number;
  /** Called once: what the plot draws may change only with the component's key. */
  readonly spec: () => TimePlotSpec;
  /** The view's columns in the order of the spec's series; signals read here draw the plot again. */
  readonly columns: (view: StreamView) => readonly Column[];
}

/** A chart of the chosen view, which follows data, range and size without drawing the page again. */
export function PlotCanvas({ heightPx, spec, columns }: PlotCanvasProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<TimePlot>(null);
  useEffect(() => {
    const made = new TimePlot(host.current!, spec(), plotWidth.peek() + axisWidth, heightPx);
    plot.current = made;
    const stops = [
      effect(() => {
        if (!view.value) return;
        made.show(view.value.grid, columns(view.value));
        const range = visibleRange.peek();
        if (range) made.range(range);
      }),
      effect(() => {
        if (visibleRange.value) made.range(visibleRange.value);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      made.destroy();
    };
  }, []);
  const widthPx = plotWidth.value + axisWidth;
  useEffect(() => plot.current?.resize(widthPx, heightPx), [widthPx, heightPx]);
  return <div class="plot" ref={host} style={{ height: `${heightPx}px` }} />;
}
