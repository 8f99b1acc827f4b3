import type { BinGrid, TimeSpan } from '../../../services/console/api.ts';
import { excessSymbol } from '../format/status.ts';
import type { RibbonRow } from '../state/ribbon-rows.ts';
import { palette } from './palette.ts';

/** Draws rows of cells on the charts' time axis: the darker the calmer below the threshold, in status colours above. */
export function drawRibbon(
  canvas: HTMLCanvasElement,
  rows: readonly RibbonRow[],
  { fromMs, binMs }: BinGrid,
  range: TimeSpan,
  size: { readonly widthPx: number; readonly rowPx: number },
): void {
  const { widthPx, rowPx } = size;
  const pen = canvas.getContext('2d')!;
  const pixelsAMs = widthPx / (range.toMs - range.fromMs);
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, widthPx, rows.length * rowPx);
  const cellPx = binMs * pixelsAMs;
  const gapPx = cellPx > 3 ? 1 : 0;
  rows.forEach(({ ratio }, row) => {
    ratio.forEach((value, bin) => {
      if (value === null) return;
      const x = (fromMs + bin * binMs - range.fromMs) * pixelsAMs;
      pen.globalAlpha = value > 1 ? 1 : 0.08 + 0.5 * value * value;
      pen.fillStyle = value > 1 ? palette[excessSymbol(value)] : palette.accent;
      pen.fillRect(x, row * rowPx + 1, cellPx - gapPx, rowPx - 2);
    });
  });
  pen.globalAlpha = 1;
}

/** A hairline where the charts' cursor is. */
export function drawRibbonCursor(canvas: HTMLCanvasElement, x: number, heightPx: number): void {
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = palette.dim;
  pen.fillRect(Math.round(x), 0, 1, heightPx);
}
