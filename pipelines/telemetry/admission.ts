import type { SampleBatch } from './sample-batch.ts';
import { sampleJson } from './sample-json.ts';
import type { DeadLetter, SourceSamples } from './source-samples.ts';
import type { StreamDefinition } from './stream-definition.ts';

const encoder = new TextEncoder();

/** What became of a chunk of samples. */
export interface Admitted {
  /** At most one a stream, in the order of the definitions; none is empty. */
  readonly batches: readonly SampleBatch[];
  readonly rejected: readonly DeadLetter[];
}

/** Ingest's door for one source. */
export interface Admission {
  /**
   * Re-keys samples into batches of one stream, in arrival order. A channel that several streams have goes to each of them.
   *
   * Refused, each sample with its own dead letter: unknown channels, values and times that are not finite, event times
   * before 1970 or more than the stream's maxAheadMs ahead of `ingestTimeMs`.
   */
  admit(samples: SourceSamples, ingestTimeMs: number): Admitted;
}

/** Where a channel's samples go: the stream (by its place among the definitions) and the channel's index in it. */
interface Route {
  readonly stream: number;
  readonly channel: number;
}

/** The columns of one stream's batch while it is filled; longer than `length` where samples were refused. */
interface OpenBatch {
  length: number;
  readonly latestMs: number;
  readonly channel: Uint16Array;
  readonly eventTimeMs: Float64Array;
  readonly value: Float64Array;
}

/** Opens a source's door: `definitions` are the newest versions of all streams that it feeds. */
export function createAdmission(source: string, definitions: readonly StreamDefinition[]): Admission {
  const routesById = routes(definitions);
  return {
    admit: (samples, ingestTimeMs) => {
      const routesOf = samples.channelIds.map((id) => routesById.get(id) ?? []);
      const open = openBatches(definitions, samples, routesOf, ingestTimeMs);
      const rejected: DeadLetter[] = [];
      fill(open, samples, routesOf, (index, latestMs) => rejected.push(deadLetter(source, samples, index, latestMs)));
      const batches = definitions.flatMap((definition, stream) => close(definition, open[stream]!, ingestTimeMs));
      return { batches, rejected };
    },
  };
}

function routes(definitions: readonly StreamDefinition[]): ReadonlyMap<string, readonly Route[]> {
  const byId = new Map<string, Route[]>();
  definitions.forEach(({ channels }, stream) => {
    channels.forEach(({ id }, channel) => {
      const route = { stream, channel };
      const existing = byId.get(id);
      if (existing) existing.push(route);
      else byId.set(id, [route]);
    });
  });
  return byId;
}

/** Makes room for every sample that has a route. */
function openBatches(
  definitions: readonly StreamDefinition[],
  samples: SourceSamples,
  routesOf: readonly (readonly Route[])[],
  ingestTimeMs: number,
): OpenBatch[] {
  const samplesOf = new Uint32Array(routesOf.length);
  for (let i = 0; i < samples.channel.length; i++) samplesOf[samples.channel[i]!]!++;
  const lengths = new Uint32Array(definitions.length);
  routesOf.forEach((list, id) => {
    for (const { stream } of list) lengths[stream]! += samplesOf[id]!;
  });
  return definitions.map(({ maxAheadMs }, stream) => ({
    length: 0,
    latestMs: ingestTimeMs + maxAheadMs,
    channel: new Uint16Array(lengths[stream]!),
    eventTimeMs: new Float64Array(lengths[stream]!),
    value: new Float64Array(lengths[stream]!),
  }));
}

/** `reject` is told a sample's index, and the latest event time of the stream that refused it, null where all do. */
function fill(
  open: readonly OpenBatch[],
  samples: SourceSamples,
  routesOf: readonly (readonly Route[])[],
  reject: (index: number, latestMs: number | null) => void,
): void {
  const { channel, eventTimeMs, value } = samples;
  for (let i = 0; i < channel.length; i++) {
    const timeMs = eventTimeMs[i]!;
    const list = routesOf[channel[i]!]!;
    // Written so that NaN is refused too; +Infinity is beyond every latestMs.
    if (list.length === 0 || !(timeMs >= 0) || !Number.isFinite(value[i])) {
      reject(i, null);
      continue;
    }
    for (let r = 0; r < list.length; r++) {
      const batch = open[list[r]!.stream]!;
      if (timeMs > batch.latestMs) reject(i, batch.latestMs);
      else append(batch, list[r]!.channel, timeMs, value[i]!);
    }
  }
}

function append(batch: OpenBatch, channel: number, eventTimeMs: number, value: number): void {
  const at = batch.length++;
  batch.channel[at] = channel;
  batch.eventTimeMs[at] = eventTimeMs;
  batch.value[at] = value;
}

function close(definition: StreamDefinition, batch: OpenBatch, ingestTimeMs: number): SampleBatch[] {
  if (batch.length === 0) return [];
  return [
    {
      type: 'samples',
      stream: definition.stream,
      definitionVersion: definition.version,
      ingestTimeMs,
      channel: batch.channel.subarray(0, batch.length),
      eventTimeMs: batch.eventTimeMs.subarray(0, batch.length),
      value: batch.value.subarray(0, batch.length),
    },
  ];
}

function deadLetter(source: string, samples: SourceSamples, index: number, latestMs: number | null): DeadLetter {
  const channelId = samples.channelIds[samples.channel[index]!]!;
  const eventTimeMs = samples.eventTimeMs[index]!;
  const value = samples.value[index]!;
  return {
    source,
    ...refusal(channelId, eventTimeMs, value, latestMs),
    position: `sample ${index}`,
    bytes: encoder.encode(sampleJson(channelId, eventTimeMs, value)),
  };
}

function refusal(
  channelId: string,
  eventTimeMs: number,
  value: number,
  latestMs: number | null,
): Pick<DeadLetter, 'reason' | 'detail'> {
  if (latestMs !== null) {
    const detail = `eventTimeMs is ${eventTimeMs}, must be at most ${latestMs} (ingest time and maxAheadMs)`;
    return { reason: 'too-far-ahead', detail };
  }
  if (Number.isNaN(eventTimeMs)) return { reason: 'not-a-number', detail: 'eventTimeMs is NaN, must be finite' };
  if (eventTimeMs < 0)
    return { reason: 'before-1970', detail: `eventTimeMs is ${eventTimeMs}, must be at least 0 (1970)` };
  if (!Number.isFinite(value)) return { reason: 'not-a-number', detail: `value is ${value}, must be finite` };
  return { reason: 'unknown-channel', detail: `channel is ${channelId}, must be one of the source's streams` };
}
