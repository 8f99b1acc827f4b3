import { palette } from './palette.ts';

const size = 6;

/** Diagonal lines for where there is no signal, made for one canvas. */
export function hatching(context: CanvasRenderingContext2D): CanvasPattern {
  const tile = document.createElement('canvas');
  tile.width = tile.height = size * devicePixelRatio;
  const pen = tile.getContext('2d')!;
  pen.scale(devicePixelRatio, devicePixelRatio);
  pen.strokeStyle = palette.faint;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const offset of [-size, 0, size]) {
    pen.moveTo(offset, size);
    pen.lineTo(offset + size, 0);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat')!;
}
