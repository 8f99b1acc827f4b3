/**
 * Samples of one stream in arrival order, as columns of equal length n (no object per sample).
 */
export interface SampleBatch {
  readonly type: 'samples';
  readonly stream: string;
  /** Version of the stream definition that `channel` indexes into. */
  readonly definitionVersion: number;
  /** When ingest took the batch, ms since the epoch, in the source's time. */
  readonly ingestTimeMs: number;
  /** Index of each sample's channel in the definition's `channels`; length n. */
  readonly channel: Uint16Array;
  /** When each value was true, ms since the epoch; length n. */
  readonly eventTimeMs: Float64Array;
  /** In the channel's unit; finite; length n. */
  readonly value: Float64Array;
}

/** The passing of time in one source: it moves the watermarks of that source's streams and of no others. */
export interface Tick {
  readonly type: 'tick';
  readonly source: string;
  readonly timeMs: number;
}

/** What the telemetry topic holds. */
export type TelemetryRecord = SampleBatch | Tick;

/** The samples of a batch at some indexes, in the order of the indexes. */
export function selectSamples(batch: SampleBatch, indexes: readonly number[]): SampleBatch {
  return {
    ...batch,
    channel: Uint16Array.from(indexes, (index) => batch.channel[index]!),
    eventTimeMs: Float64Array.from(indexes, (index) => batch.eventTimeMs[index]!),
    value: Float64Array.from(indexes, (index) => batch.value[index]!),
  };
}

/** One batch of several of the same stream and definition, in their order; ingest time is the last one's. */
export function joinSamples([first, ...rest]: readonly [SampleBatch, ...SampleBatch[]]): SampleBatch {
  const batches = [first, ...rest];
  const samples = batches.reduce((sum, { channel }) => sum + channel.length, 0);
  const joined: SampleBatch = {
    ...batches.at(-1)!,
    channel: new Uint16Array(samples),
    eventTimeMs: new Float64Array(samples),
    value: new Float64Array(samples),
  };
  let at = 0;
  for (const { channel, eventTimeMs, value } of batches) {
    joined.channel.set(channel, at);
    joined.eventTimeMs.set(eventTimeMs, at);
    joined.value.set(value, at);
    at += channel.length;
  }
  return joined;
}
