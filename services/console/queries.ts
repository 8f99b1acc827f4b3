import { z } from 'zod';
import { CupolaError } from '../../pipelines/errors.ts';
import type { ThresholdSetting } from '../../pipelines/thresholds/threshold-setting.ts';
import type { BinGrid, TimeSpan } from './api.ts';
import { parseRequest } from './api-error.ts';
import { binGrid, binWidthMs } from './bin-grid.ts';
import type { WantedRange } from './threshold-outcome.ts';

const maxBins = 4000;
const maxRangeMs = 366 * 86_400_000;
const timeMs = z.coerce.number().min(0).max(8.64e15);

const rangeSchema = z.object({ fromMs: timeMs, toMs: timeMs });
const gridSchema = rangeSchema.extend({
  points: z.coerce.number().int().min(10).max(maxBins).default(800),
  /** Instead of points: the width of bins, so that a reader can go on where an earlier answer ended. */
  binMs: z.coerce.number().int().positive().optional(),
  channel: z
    .union([z.string(), z.array(z.string())])
    .transform((ids) => [ids].flat())
    .optional(),
});
const anomaliesSchema = z.object({
  stream: z.string().optional(),
  fromMs: timeMs.default(0),
  toMs: timeMs.default(8.64e15),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

/** The range and bins that a query asks for. */
export interface GridQuery {
  readonly grid: BinGrid;
  readonly channelIds: readonly string[] | null;
}

/** Parses `fromMs`, `toMs`, `points` or `binMs`, and `channel`; bins are whole intervals. */
export function parseGridQuery(query: unknown, intervalMs: number): GridQuery {
  const { fromMs, toMs, points, binMs, channel } = parseRequest(gridSchema, query);
  checkRange({ fromMs, toMs });
  const width = binMs ?? binWidthMs(toMs - fromMs, points, intervalMs);
  const grid = binGrid(fromMs, toMs, width);
  if (width % intervalMs !== 0) refuse('binMs', binMs, `must be a multiple of the interval (${intervalMs})`);
  if (grid.bins > maxBins + 1) refuse('binMs', binMs, `must give at most ${maxBins} bins`);
  return { grid, channelIds: channel ?? null };
}

function checkRange({ fromMs, toMs }: TimeSpan): void {
  if (toMs <= fromMs) refuse('toMs', toMs, `must be after fromMs (${fromMs})`);
  if (toMs - fromMs > maxRangeMs) refuse('toMs', toMs, `must be at most ${maxRangeMs} after fromMs`);
}

/** Parses `GET /api/anomalies`. */
export function parseAnomaliesQuery(query: unknown): z.output<typeof anomaliesSchema> {
  return parseRequest(anomaliesSchema, query);
}

/** Parses a threshold setting, `policy` and every parameter by its name, and the time to try it on. */
export function parseOutcomeQuery(query: unknown): { readonly setting: ThresholdSetting; readonly range: WantedRange } {
  const outcomeSchema = rangeSchema.partial().extend({ policy: z.string() }).catchall(z.coerce.number());
  const { policy, fromMs, toMs, ...parameters } = parseRequest(outcomeSchema, query);
  return { setting: { policy, parameters }, range: { fromMs, toMs } };
}

function refuse(field: string, value: unknown, bound: string): never {
  throw new CupolaError('CUPOLA_REQUEST_INVALID', `${field} ${bound}`, { field, value, bound });
}
