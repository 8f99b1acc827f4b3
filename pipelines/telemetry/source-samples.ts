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

/** Why something did not become a sample. */
export type RejectionReason =
  | 'undecodable'
  | 'not-a-number'
  | 'unknown-channel'
  | 'before-1970'
  | 'too-far-ahead'
  | 'missing-field';

/** Something that could not become a sample, byte for byte, with where it stood and why it was refused. */
export interface DeadLetter {
  readonly source: string;
  readonly reason: RejectionReason;
  /** For people: which field, which value, which bound. */
  readonly detail: string;
  /** Where it stood in the source: a byte offset, a line, an index into a message. */
  readonly position: string;
  readonly bytes: Uint8Array;
}
