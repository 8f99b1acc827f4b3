import { SeededRandom } from '../../../pipelines/random.ts';
import { selectSamples, type SampleBatch } from '../../../pipelines/telemetry/sample-batch.ts';
import type { StreamDefinition } from '../../../pipelines/telemetry/stream-definition.ts';

/** A stretch of one channel that was taken out, [fromMs, toMs). */
export interface HiddenStretch {
  readonly channel: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is to be hidden. */
export interface Hiding {
  /** Of each channel's cells, from 0 to 1. */
  readonly share: number;
  /** Cells in a row. */
  readonly gapRows: number;
  readonly seed: number;
}

/**
 * Stretches of the scored channels that are sampled regularly, a share of the time from `fromMs` to `toMs`, each channel's apart
 * from one another by at least their length. (Of a channel that is sent on change, silence is no gap.)
 */
export function hiddenStretches(
  { channels, intervalMs }: StreamDefinition,
  { share, gapRows, seed }: Hiding,
  fromMs: number,
  toMs: number,
): readonly HiddenStretch[] {
  const random = SeededRandom.for(seed, 'hidden stretches');
  const places = Math.floor((toMs - fromMs) / intervalMs / (2 * gapRows));
  const wanted = Math.min(places, Math.ceil(2 * share * places));
  return channels.flatMap((definition, channel) => {
    if (definition.role !== 'scored' || definition.onChange) return [];
    const chosen = random.shuffle([...Array(places).keys()]).slice(0, wanted);
    return chosen.map((place) => {
      const startMs = fromMs + (2 * place * gapRows + random.below(gapRows)) * intervalMs;
      return { channel, fromMs: startMs, toMs: startMs + gapRows * intervalMs };
    });
  });
}

/** The samples that are in none of these stretches. */
export function withoutStretches(
  samples: SampleBatch,
  { channels }: StreamDefinition,
  stretches: readonly HiddenStretch[],
): SampleBatch {
  const byChannel = channels.map((_, channel) => stretches.filter((stretch) => stretch.channel === channel));
  const kept = [...samples.channel.keys()].filter((index) => {
    const timeMs = samples.eventTimeMs[index]!;
    return !byChannel[samples.channel[index]!]!.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs);
  });
  return selectSamples(samples, kept);
}
