import { z } from 'zod';
import { channelSchema } from './channel.ts';

const durationMs = z.number().int().positive();

/**
 * A stream: the channels that are modelled together, on one grid, with one window.
 *
 * Definitions are versioned: any change is a new version, and a bundle binds to one version.
 */
export const streamDefinitionSchema = z
  .strictObject({
    stream: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dot, dash and underscore, at most 100'),
    version: z.number().int().positive().default(1),
    name: z.string().min(1),
    /** Where it stands on the console, such as `ETHOS` or `SPARTAN`. */
    subsystem: z.string().default(''),
    /** The source whose ticks move this stream. */
    source: z.string().min(1),
    /** Distance between grid cells. */
    intervalMs: durationMs,
    /** A window covers [start, start + windowLengthMs), start a multiple of strideMs since the epoch. */
    windowLengthMs: durationMs,
    strideMs: durationMs,
    /** The watermark trails the highest event time by this much. */
    outOfOrdernessMs: z.number().int().nonnegative().default(0),
    /** A last observation older than this is not carried any further. */
    staleAfterMs: durationMs,
    /** Share of missing cells, over scored channels, above which a window is a gap rather than scored. */
    maxMissingShare: z.number().min(0).lt(1).default(0.25),
    /** How long after its end a window reported as a gap may still be scored as backfill. 0 switches backfill off. */
    backfillMs: z.number().int().nonnegative().default(0),
    /** Event times further ahead of ingest time than this are refused. */
    maxAheadMs: durationMs.default(60_000),
    /** Length of the first stretch of telemetry on which robust-limits is fitted; nothing is scored before. */
    warmUpMs: durationMs,
    channels: z.array(channelSchema).min(1).max(4096),
  })
  .superRefine((definition, context) => {
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const { intervalMs, windowLengthMs, strideMs } = definition;
    if (windowLengthMs % intervalMs !== 0) refuse('windowLengthMs', `must be a multiple of intervalMs (${intervalMs})`);
    if (strideMs % intervalMs !== 0) refuse('strideMs', `must be a multiple of intervalMs (${intervalMs})`);
    if (strideMs > windowLengthMs) refuse('strideMs', `must be at most windowLengthMs (${windowLengthMs})`);
    if (definition.staleAfterMs < intervalMs) refuse('staleAfterMs', `must be at least intervalMs (${intervalMs})`);
    if (definition.warmUpMs < windowLengthMs) refuse('warmUpMs', `must be at least windowLengthMs (${windowLengthMs})`);
    const ids = new Set<string>();
    for (const { id, staleAfterMs = intervalMs } of definition.channels) {
      if (staleAfterMs < intervalMs)
        refuse('channels', `${id}: staleAfterMs must be at least intervalMs (${intervalMs})`);
      if (ids.has(id)) refuse('channels', `channel ${id} stands twice`);
      ids.add(id);
    }
    if (!definition.channels.some((channel) => channel.role === 'scored'))
      refuse('channels', 'at least one must be scored');
  });

/** A parsed stream definition; see {@link streamDefinitionSchema}. */
export type StreamDefinition = z.output<typeof streamDefinitionSchema>;

/** Rows of a window: windowLengthMs / intervalMs. */
export function windowRows(definition: StreamDefinition): number {
  return definition.windowLengthMs / definition.intervalMs;
}

/** Rows of a stride: strideMs / intervalMs. */
export function strideRows(definition: StreamDefinition): number {
  return definition.strideMs / definition.intervalMs;
}
