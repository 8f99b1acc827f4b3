import type { LatentCodes } from '../../../pipelines/alarms/latent-codes.ts';

/** Codes as CSV: a row a window, its place on the map, what was found of it, and a column a unit. */
export function codesCsv({ windows, units }: LatentCodes): string {
  const heading = ['windowStart', 'windowEnd', 'anomalyScore', 'anomalyId', 'judgement', 'x', 'y'];
  const codes = Array.from({ length: units }, (_, unit) => `code${unit}`);
  const rows = windows.map(({ windowStartMs, windowEndMs, anomalyScore, anomalyId, judgement, x, y, code }) => [
    new Date(windowStartMs).toISOString(),
    new Date(windowEndMs).toISOString(),
    anomalyScore,
    quoted(anomalyId ?? ''),
    judgement ?? '',
    x,
    y,
    ...code,
  ]);
  return [[...heading, ...codes], ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/** As RFC 4180 has it, where it must be. */
function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
