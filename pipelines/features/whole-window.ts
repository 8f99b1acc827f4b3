import type { StreamDefinition } from '../telemetry/stream-definition.ts';

/**
 * The same stream with windows one after the other: the newest stride is then the whole window, so that what scores or
 * decodes newest strides gives all rows.
 */
export function inWholeWindows(definition: StreamDefinition): StreamDefinition {
  return { ...definition, strideMs: definition.windowLengthMs };
}
