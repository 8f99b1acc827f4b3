import { crc32, deflateSync } from 'node:zlib';
import { escaped } from '../html-page.ts';

/** Steps of strength on either side of 0. */
const steps = 100;
const positive = [0x3d, 0x92, 0xe6] as const;
const negative = [0xf0, 0x70, 0x28] as const;

/**
 * Weights as a picture, rows (time) from left to right and columns (features) from top to bottom: blue for positive ones, orange for
 * negative, the stronger the less transparent, so that it reads on light and dark ground.
 *
 * `weights` is rows x columns, row-major.
 */
export function weightMap(weights: readonly number[], rows: number, columns: number, label: string): string {
  const greatest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  const pixels = new Uint8Array(columns * (rows + 1));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      // One byte before every line says that it is not filtered.
      pixels[column * (rows + 1) + 1 + row] = steps + Math.round((steps * weights[row * columns + column]!) / greatest);
  const source = `data:image/png;base64,${palettePicture(rows, columns, pixels).toString('base64')}`;
  const highPx = Math.min(180, Math.max(14, columns * 5));
  return `<img class="weights" style="height:${highPx}px" alt="${escaped(label)}" title="${escaped(label)}" src="${source}">`;
}

/** A PNG (RFC 2083) of one byte a pixel with a palette. */
function palettePicture(width: number, height: number, lines: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a pixel, colours of a palette.
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.alloc(3 * (2 * steps + 1));
  const opacities = Buffer.alloc(2 * steps + 1);
  for (let step = -steps; step <= steps; step++) {
    colours.set(step < 0 ? negative : positive, 3 * (steps + step));
    opacities[steps + step] = Math.round((255 * Math.abs(step)) / steps);
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('tRNS', opacities),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
