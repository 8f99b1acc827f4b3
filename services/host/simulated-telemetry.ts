import { encodeJsonTelemetry } from '../../pipelines/telemetry/json-codec.ts';
import type { FaultTruth } from '../../pipelines/truth.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { loadConfig } from './config.ts';
import type { SimulateConfig } from './config-sources.ts';
import { openSimulator } from './sources.ts';

/** Some of a simulated station's telemetry. */
export interface TelemetryLines {
  /** One JSON line a sample; docs/telemetry.md has the format. */
  readonly lines: Uint8Array;
  readonly samples: number;
  /** Faults that begin in it. */
  readonly truth: readonly FaultTruth[];
  /** Station time up to which it goes. */
  readonly toMs: number;
}

/**
 * A simulated station's telemetry as JSON lines, in order of arrival. `fields` are those of a source of type simulate in
 * cupola.yaml, with its bounds; without a speed it comes as fast as it is taken. It ends when `liveSeconds` of station
 * time have followed its history.
 *
 * Errors: CUPOLA_CONFIG_INVALID.
 */
export function simulatedTelemetry(
  fields: Readonly<Record<string, unknown>>,
  liveSeconds: number,
  signal: AbortSignal,
): AsyncIterable<TelemetryLines> {
  const { config } = loadConfig({ file: null, environment: {}, simulation: fields });
  const station = config.sources[0] as SimulateConfig;
  const speed = fields['speed'] === undefined ? Infinity : station.speed;
  return linesOf(openSimulator({ ...station, speed }, systemClock, liveSeconds * 1000), signal);
}

async function* linesOf(source: ReturnType<typeof openSimulator>, signal: AbortSignal): AsyncGenerator<TelemetryLines> {
  for await (const { samples, truth, ingestTimeMs: toMs } of source.read(null, signal))
    if (samples) yield { lines: encodeJsonTelemetry(samples), samples: samples.channel.length, truth, toMs };
}
