import type { z } from 'zod';
import { CupolaError } from '../../errors.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../telemetry/stream-definition.ts';

/** What may be chosen for recorded streams in place of a data set's own defaults. */
export interface RecordedStreamOptions {
  readonly windowRows?: number;
  readonly strideRows?: number;
  readonly staleAfterMs?: number;
  /** Leaves context channels, such as commands, out of the recordings; false by default. */
  readonly hidesContext?: boolean;
}

/** Rows of a window of recorded telemetry, where nobody says otherwise. */
export const defaultWindowRows = 64;

type DefinitionInput = z.input<typeof streamDefinitionSchema>;

/** A data set's own words on a stream: everything but its window, and how many rows its stride has. */
export type RecordedStreamInput = Omit<DefinitionInput, 'windowLengthMs' | 'strideMs' | 'warmUpMs'> & {
  readonly strideRows: number;
  /** Lengthened to one window where it is shorter. */
  readonly warmUpMs: number;
};

/**
 * The definition of a recorded stream.
 *
 * Errors: CUPOLA_STREAM_INVALID where the options do not go together.
 */
export function recordedStream(input: RecordedStreamInput, options: RecordedStreamOptions): StreamDefinition {
  const { strideRows, ...definition } = input;
  const windowLengthMs = (options.windowRows ?? defaultWindowRows) * input.intervalMs;
  const parsed = streamDefinitionSchema.safeParse({
    ...definition,
    windowLengthMs,
    strideMs: (options.strideRows ?? strideRows) * input.intervalMs,
    staleAfterMs: options.staleAfterMs ?? input.staleAfterMs,
    warmUpMs: Math.max(windowLengthMs, input.warmUpMs),
  });
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const field = [input.stream, ...path].join('.');
  throw new CupolaError('CUPOLA_STREAM_INVALID', `${field}: ${message}`, { field, bound: message });
}
