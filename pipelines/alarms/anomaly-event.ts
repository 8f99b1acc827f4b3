import { z } from 'zod';
import type { TimeRange } from '../ports.ts';

/**
 * What the detector says about a stream: a stretch of rows that do not look normal. It is not an alarm, which is what an
 * operator handles.
 *
 * It spans the newest strides of its violating windows, from the first of them on. Where in them it is, rows tell.
 */
export interface AnomalyEvent {
  readonly type: 'opened' | 'extended' | 'closed';
  /** `stream@startMs`: one id through opened, extended and closed. */
  readonly id: string;
  readonly stream: string;
  readonly modelVersion: string;
  readonly startMs: number;
  /** End of the newest violating stride so far (exclusive). */
  readonly endMs: number;
  /** From the first row that stands out in these strides to the last so far; left out where none does. Events of before lack it. */
  readonly located?: TimeRange | undefined;
  /** Event time at which this was decided: the end of the window, or the watermark, that led to it. */
  readonly decidedAtMs: number;
  /** The greatest anomalyScore as it was judged: smoothed, where the threshold's setting says so. */
  readonly peakScore: number;
  /** The threshold in force at the peak. */
  readonly threshold: number;
  /** Contribution of each scored channel at the peak, greatest first. */
  readonly contributions: readonly { readonly channelId: string; readonly share: number }[];
  /** The latent code at the peak, by the model of the peak; left out where it has none. Events of before lack it. */
  readonly code?: readonly number[] | undefined;
}

/** Parses anomaly events as they stand in their topic. */
export const anomalyEventSchema: z.ZodType<AnomalyEvent> = z.strictObject({
  type: z.enum(['opened', 'extended', 'closed']),
  id: z.string().min(1),
  stream: z.string().min(1),
  modelVersion: z.string().min(1),
  startMs: z.number(),
  endMs: z.number(),
  located: z.strictObject({ fromMs: z.number(), toMs: z.number() }).optional(),
  decidedAtMs: z.number(),
  peakScore: z.number(),
  threshold: z.number(),
  contributions: z.array(z.strictObject({ channelId: z.string().min(1), share: z.number() })),
  code: z.array(z.number()).optional(),
});

/** Where an anomaly is to the row, or else, where no row stands out, all of its strides. */
export function locatedSpan({
  startMs,
  endMs,
  located,
}: Pick<AnomalyEvent, 'startMs' | 'endMs' | 'located'>): TimeRange {
  return located ?? { fromMs: startMs, toMs: endMs };
}
