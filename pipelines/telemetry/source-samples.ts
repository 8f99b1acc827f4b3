import { z } from 'zod';

/**
 * Samples as a source delivers them, whatever its own layout: columns of equal length n, channels named through a
 * dictionary of the batch's own. Ingest re-keys them into one SampleBatch a stream.
 */
export interface SourceSamples {
  /** The channel ids that occur. */
  readonly channelIds: readonly string[];
  /** Index into `channelIds`; length n. */
  readonly channel: Uint16Array;
  /** ms since the epoch; length n. */
  readonly eventTimeMs: Float64Array;
  /** Length n; may hold values that ingest refuses (NaN, infinities). */
  readonly value: Float64Array;
}

/** Why something did not become a sample, or a command to a source was not obeyed. */
export const rejectionReasons = [
  'undecodable',
  'not-a-number',
  'unknown-channel',
  'before-1970',
  'too-far-ahead',
  'missing-field',
  'command-impossible',
] as const;

export type RejectionReason = (typeof rejectionReasons)[number];

/**
 * Something that could not become a sample, or a command that could not be obeyed: byte for byte, with where it stood and
 * why it was refused.
 */
export interface DeadLetter {
  readonly source: string;
  readonly reason: RejectionReason;
  /** For people: which field, which value, which bound. */
  readonly detail: string;
  /** Where it stood in the source: a byte offset, a line, an index into a message. */
  readonly position: string;
  readonly bytes: Uint8Array;
}

/** Parses dead letters as they stand in their topic, their bytes in base64. */
export const deadLetterSchema: z.ZodType<DeadLetter> = z.strictObject({
  source: z.string(),
  reason: z.enum(rejectionReasons),
  detail: z.string(),
  position: z.string(),
  bytes: z.codec(z.base64(), z.instanceof(Uint8Array), {
    decode: z.util.base64ToUint8Array,
    encode: z.util.uint8ArrayToBase64,
  }),
});
