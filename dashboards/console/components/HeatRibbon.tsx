import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawRibbon, drawRibbonCursor } from '../charts/ribbon.ts';
import { axisWidth } from '../charts/time-plot.ts';
import { ribbon } from '../state/all-streams-ribbon.ts';
import { peakSymbol, ribbonRows } from '../state/ribbon-rows.ts';
import { chooseStream, selectedStream } from '../state/console-state.ts';
import { cursorMs, plotWidth, visibleRange } from '../state/time-range.ts';
import { RibbonLegend } from './RibbonLegend.tsx';
import { StatusSymbol } from './StatusSymbol.tsx';

const leastRowPx = 12;
const mostRowPx = 18;

/** All streams over the range in sight, worst first, below the charts and on their time axis. */
export function HeatRibbon() {
  const cells = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [roomPx, setRoomPx] = useState(140);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setRoomPx(entry!.contentRect.height));
    observer.observe(cells.current!);
    return () => observer.disconnect();
  }, []);
  const rowPx = Math.max(leastRowPx, Math.min(mostRowPx, Math.floor(roomPx / ribbonRows.value.length)));
  const fit = Math.floor(roomPx / rowPx);
  const rows = ribbonRows.value.slice(0, fit);
  const widthPx = plotWidth.value;
  const heightPx = fit * rowPx;
  useSignalEffect(() => {
    const range = visibleRange.value;
    if (!canvas.current || !ribbon.value || !range) return;
    const size = { widthPx: plotWidth.value, rowPx };
    drawRibbon(canvas.current, ribbonRows.value.slice(0, fit), ribbon.value.grid, range, size);
    if (cursorMs.value === null) return;
    const x = ((cursorMs.value - range.fromMs) / (range.toMs - range.fromMs)) * size.widthPx;
    drawRibbonCursor(canvas.current, x, canvas.current.height);
  });
  const hidden = ribbonRows.value.length - rows.length;
  return (
    <footer class="ribbon" aria-label="All streams, worst first" style={{ '--row': `${rowPx}px` }}>
      <div class="names">
        {rows.map(({ stream, name, symbol }) => (
          <button
            key={stream}
            type="button"
            aria-current={selectedStream.value === stream ? 'true' : undefined}
            onClick={() => chooseStream(stream)}
          >
            <StatusSymbol symbol={symbol} label={symbol} />
            {name}
          </button>
        ))}
      </div>
      <div class="cells" ref={cells}>
        <canvas
          ref={canvas}
          role="img"
          aria-label="Score over threshold of every stream over time"
          width={widthPx * devicePixelRatio}
          height={heightPx * devicePixelRatio}
          style={{ width: `${widthPx}px`, height: `${heightPx}px`, marginLeft: `${axisWidth}px` }}
        />
      </div>
      <div class="peaks">
        <div class="num">
          {rows.map((row) => (
            <span key={row.stream} class={peakSymbol(row)}>
              {row.peak === null ? '–' : `${row.peak.toFixed(row.peak < 100 ? 1 : 0)}\u202f×`}
            </span>
          ))}
        </div>
        <RibbonLegend hidden={hidden} />
      </div>
    </footer>
  );
}
