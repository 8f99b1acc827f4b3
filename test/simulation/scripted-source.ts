import { SeededRandom } from '../../pipelines/random.ts';
import { streamDefinitionSchema, type StreamDefinition } from '../../pipelines/telemetry/stream-definition.ts';
import type { Source, SourceChunk } from '../../services/sources/source.ts';

const startMs = Date.UTC(2026, 0, 1);
const lengthMs = 150_000;
const intervalMs = 1000;

interface Arrival {
  readonly atMs: number;
  readonly channelId: string;
  readonly eventTimeMs: number;
  readonly value: number;
}

/** Event time of a script's last telemetry, about. */
export const scriptRange = { fromMs: startMs, toMs: startMs + lengthMs };

/** Small streams of one source; the same for every seed, so that models can be made for them beforehand. */
export function scriptedDefinitions(source: string, streams: number): StreamDefinition[] {
  return Array.from({ length: streams }, (_, index) =>
    streamDefinitionSchema.parse({
      stream: `${source}-${index}`,
      name: `${source} ${index}`,
      source,
      intervalMs,
      windowLengthMs: 8 * intervalMs,
      strideMs: 2 * intervalMs,
      outOfOrdernessMs: 2000,
      staleAfterMs: 5000,
      backfillMs: 40_000,
      warmUpMs: 30_000,
      channels: [
        ...Array.from({ length: 1 + (index % 3) }, (__, channel) => ({
          id: `${source}-${index}.${channel}`,
          name: `channel ${channel}`,
          kind: 'real',
        })),
        { id: `${source}-${index}.angle`, name: 'angle', kind: 'angle' },
        {
          id: `${source}-${index}.mode`,
          name: 'mode',
          kind: 'real',
          role: 'context',
          onChange: true,
          staleAfterMs: 60_000,
        },
      ],
    }),
  );
}

/**
 * Telemetry as a bad link delivers it, exact by seed: out of order within bounds and beyond them, twice, with silences,
 * late bursts and faults. A position is the index of the next chunk.
 */
export class ScriptedSource implements Source {
  readonly name: string;
  readonly #definitions: readonly StreamDefinition[];
  readonly #chunks: readonly SourceChunk[];

  constructor(name: string, streams: number, seed: number) {
    this.name = name;
    this.#definitions = scriptedDefinitions(name, streams);
    const random = SeededRandom.for(seed, `script ${name}`);
    const arrivals = this.#definitions.flatMap((definition) => streamArrivals(definition, random));
    this.#chunks = cutIntoChunks(
      arrivals.sort((a, b) => a.atMs - b.atMs),
      random,
    );
  }

  async definitions(): Promise<readonly StreamDefinition[]> {
    return this.#definitions;
  }

  async *read(position: unknown, signal: AbortSignal): AsyncIterable<SourceChunk> {
    for (let next = (position as number | null) ?? 0; next < this.#chunks.length && !signal.aborted; next++) {
      yield this.#chunks[next]!;
    }
  }
}

function streamArrivals(definition: StreamDefinition, random: SeededRandom): Arrival[] {
  const arrivals: Arrival[] = [];
  const silenceMs = startMs + random.between(40_000, 110_000);
  const silenceEndMs = silenceMs + random.between(3000, 30_000);
  const faultMs = startMs + random.between(40_000, 130_000);
  definition.channels.forEach((channel, index) => {
    for (let timeMs = startMs; timeMs < startMs + lengthMs; timeMs += intervalMs) {
      if (channel.onChange && random.uniform() < 0.9) continue;
      const eventTimeMs = Math.floor(timeMs + random.uniform() * 500);
      const fault = index === 0 && timeMs >= faultMs && timeMs < faultMs + 12_000 ? 5 : 0;
      const value =
        channel.kind === 'angle' ? (timeMs / 100) % 360 : Math.sin(timeMs / 7000) + random.normal() * 0.1 + fault;
      const delayed = eventTimeMs >= silenceMs && eventTimeMs < silenceEndMs;
      const atMs = delayed ? silenceEndMs + random.between(0, 4000) : eventTimeMs + random.between(0, 2500);
      arrivals.push({ atMs, channelId: channel.id, eventTimeMs, value });
      if (random.uniform() < 0.03)
        arrivals.push({ atMs: atMs + random.between(0, 8000), channelId: channel.id, eventTimeMs, value });
      if (random.uniform() < 0.005) arrivals.push({ atMs, channelId: channel.id, eventTimeMs, value: Number.NaN });
    }
  });
  return arrivals;
}

function cutIntoChunks(arrivals: readonly Arrival[], random: SeededRandom): SourceChunk[] {
  const chunks: SourceChunk[] = [];
  for (let from = 0; from < arrivals.length;) {
    const some = arrivals.slice(from, from + 1 + random.below(60));
    from += some.length;
    const channelIds = [...new Set(some.map(({ channelId }) => channelId))];
    const atMs = some.at(-1)!.atMs;
    chunks.push({
      samples: {
        channelIds,
        channel: Uint16Array.from(some, ({ channelId }) => channelIds.indexOf(channelId)),
        eventTimeMs: Float64Array.from(some, ({ eventTimeMs }) => eventTimeMs),
        value: Float64Array.from(some, ({ value }) => value),
      },
      rejected: [],
      truth: [],
      ingestTimeMs: Math.floor(atMs),
      tickTimeMs: random.uniform() < 0.7 ? Math.floor(atMs) : null,
      position: chunks.length + 1,
    });
  }
  return chunks;
}
