import type { DrawnLayer, DrawnModel } from '../../../pipelines/autoencoders/declared-layers.ts';
import { escaped } from '../html-page.ts';

const columnWidth = 128;
const tallest = 150;
const shortest = 6;
const barWidth = 40;
const middle = 24 + tallest / 2;
const height = 24 + tallest + 52;

/** Layers from left to right, as high as the logarithm of how many values they give. */
export function architectureDrawing({ name, layers }: DrawnModel): string {
  const widest = Math.max(...layers.map(({ width }) => width));
  const heights = layers.map(({ width }) => barHeight(width, widest));
  const width = layers.length * columnWidth;
  const parts = layers.flatMap((layer, index) => [
    index === 0 ? '' : connection(index, heights),
    bar(layer, index, heights[index]!),
  ]);
  const label = `${name}: ${layers.map((layer) => layer.width).join(' to ')}`;
  return (
    `<div class="wide"><svg class="architecture" style="width:${width}px" viewBox="0 0 ${width} ${height}" role="img" ` +
    `aria-label="${escaped(label)}">${parts.join('')}</svg></div>`
  );
}

function barHeight(width: number, widest: number): number {
  if (width <= 0) return 2;
  return shortest + ((tallest - shortest) * Math.log2(1 + width)) / Math.log2(1 + widest);
}

function centre(index: number): number {
  return (index + 0.5) * columnWidth;
}

function bar({ part, name, width, detail }: DrawnLayer, index: number, high: number): string {
  const x = centre(index);
  const text = (className: string, y: number, words: string): string =>
    `<text class="${className}" x="${x}" y="${y}">${escaped(words)}</text>`;
  const [first, ...more] = inLines(detail, 22);
  return (
    `<rect class="${part}" x="${x - barWidth / 2}" y="${(middle - high / 2).toFixed(1)}" width="${barWidth}" ` +
    `height="${high.toFixed(1)}" rx="3"/>` +
    text('width', Math.max(12, middle - high / 2 - 6), String(width)) +
    text('name', height - 34, name) +
    (first ? text('detail', height - 18, first) : '') +
    (more.length > 0 ? text('detail', height - 5, more.join(' ')) : '')
  );
}

/** What one layer gives is what the next one sees. */
function connection(index: number, heights: readonly number[]): string {
  const [left, right] = [centre(index - 1) + barWidth / 2, centre(index) - barWidth / 2];
  const [before, after] = [heights[index - 1]! / 2, heights[index]! / 2];
  const corners = [
    [left, middle - before],
    [right, middle - after],
    [right, middle + after],
    [left, middle + before],
  ];
  return `<polygon class="link" points="${corners.map(([x, y]) => `${x},${y!.toFixed(1)}`).join(' ')}"/>`;
}

function inLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
