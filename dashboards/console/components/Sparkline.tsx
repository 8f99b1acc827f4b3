import { useSignalEffect, type Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { StreamSnapshot } from '../../../services/console/api.ts';
import { palette } from '../charts/palette.ts';
import { streamSymbol } from '../format/status.ts';

const width = 56;
const height = 20;
const shown = 56;

/** Recent scores, one a pixel, against the threshold. */
export function Sparkline({ stream }: { readonly stream: Signal<StreamSnapshot> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const current = stream.value;
    if (canvas.current) draw(canvas.current, current);
  });
  return (
    <canvas
      ref={canvas}
      class="sparkline"
      width={width * devicePixelRatio}
      height={height * devicePixelRatio}
      aria-hidden="true"
    />
  );
}

function draw(canvas: HTMLCanvasElement, stream: StreamSnapshot): void {
  const pen = canvas.getContext('2d')!;
  const scores = stream.recentScores.slice(-shown).map(({ anomalyScore }) => anomalyScore);
  const level = stream.threshold?.level ?? null;
  const top = Math.asinh(Math.max(level === null ? 3 : level * 1.9, ...scores));
  const y = (value: number): number => height - 1.5 - (height - 3) * (Math.asinh(value) / top);
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, width, height);
  if (level !== null) {
    pen.strokeStyle = palette.faint;
    pen.setLineDash([2, 2]);
    line(pen, [0, width], () => Math.round(y(level)) + 0.5);
    pen.setLineDash([]);
  }
  const symbol = streamSymbol(stream);
  pen.strokeStyle = symbol === 'normal' || symbol === 'standby' ? palette.dim : palette[symbol];
  pen.lineWidth = 1.2;
  const left = width - scores.length;
  line(
    pen,
    scores.map((_, index) => left + index + 0.5),
    (index) => y(scores[index]!),
  );
}

function line(pen: CanvasRenderingContext2D, xs: readonly number[], y: (index: number) => number): void {
  pen.beginPath();
  xs.forEach((x, index) => pen.lineTo(x, y(index)));
  pen.stroke();
}
