import { z } from 'zod';
import { datasets } from '../../pipelines/evaluation/datasets/datasets.ts';
import { liveSourceSchemas, type LiveSourceConfig } from './config-live-sources.ts';
import { dayMs, durationMs, field, hourMs, seed, text } from './config-field.ts';

/** Where telemetry comes from, and what may be said of its streams: sections of cupola.yaml. */

const speed = z.number().gt(0).max(1_000_000);

const simulateSchema = z.strictObject({
  type: field(z.literal('simulate'), 'A simulated station.', 'simulate'),
  seed: field(seed, 'Decides telemetry and faults: the same seed gives the same station.', 7),
  speed: field(speed.default(60), 'Station seconds in a second.', 60),
  historyOrbits: field(
    z.number().min(0).max(10_000).default(12),
    'Orbits of 92.9 minutes without faults that come first, as fast as they can be read, to train on.',
    8,
  ),
  quietMs: field(
    durationMs(0, 365 * dayMs).default(3_600_000),
    'Station time after the history before the first fault can come.',
    2_400_000,
  ),
  faults: field(z.boolean().default(true), 'Whether faults are injected.', false),
  lossOfSignal: field(
    z.boolean().default(true),
    'Whether telemetry comes in a burst after each loss of signal.',
    false,
  ),
});

const rows = z.int().min(1).max(65_536).optional();

const replaySchema = z.strictObject({
  type: field(z.literal('replay'), 'A recorded data set.', 'replay'),
  dataset: field(z.enum(datasets.map(({ name }) => name)), 'Which data set.', 'nasa-smap-msl'),
  dataDir: field(text, 'The folder that holds it, or one that holds it among others.', 'data'),
  member: field(text.optional(), 'Which channel, machine or series of the set; all of them by default.', 'P-3'),
  speed: field(speed.nullable().default(null), 'Recorded seconds in a second; null: as fast as can be.', 1000),
  windowRows: field(rows, "Rows of a window; the data set's own by default.", 64),
  strideRows: field(rows, "Rows between windows; the data set's own by default.", 16),
  staleAfterMs: field(
    durationMs(1).optional(),
    "Age at which a last observation is no longer carried; the data set's own by default.",
    hourMs,
  ),
});

export const sourceSchema = z.discriminatedUnion('type', [simulateSchema, replaySchema, ...liveSourceSchemas]);

export type SourceConfig = z.output<typeof sourceSchema>;
export type SimulateConfig = z.output<typeof simulateSchema>;
export type ReplayConfig = z.output<typeof replaySchema>;

/** The name of a source: the source of its streams and ticks. */
export function sourceName(source: SourceConfig): string {
  if (isLive(source)) return source.name;
  if (source.type === 'simulate') return 'simulator';
  return source.member === undefined ? source.dataset : `${source.dataset}-${source.member}`;
}

/** Whether a source's telemetry comes by itself: its streams are those that the configuration defines for it. */
export function isLive(source: SourceConfig): source is LiveSourceConfig {
  return source.type !== 'simulate' && source.type !== 'replay';
}

/** What may be said of a stream in place of what its source says. */
export const streamOverrideSchema = z.strictObject({
  version: field(z.int().min(2).max(1_000_000), 'Version of the changed definition: raise it with every change.', 2),
  windowLengthMs: field(durationMs(1).optional(), 'Length of a window.', 640_000),
  strideMs: field(durationMs(1).optional(), 'Distance between windows.', 160_000),
  outOfOrdernessMs: field(durationMs(0).optional(), 'How far the watermark trails the highest event time.', 2000),
  staleAfterMs: field(durationMs(1).optional(), 'Age at which a last observation is no longer carried.', 120_000),
  maxMissingShare: field(
    z.number().min(0).lt(1).optional(),
    'Share of missing cells above which a window is a gap.',
    0.25,
  ),
  backfillMs: field(durationMs(0).optional(), 'How long after its end a gap may still be scored as backfill.', hourMs),
  warmUpMs: field(durationMs(1).optional(), 'First stretch of telemetry, on which robust-limits is fitted.', 5_574_000),
});

export type StreamOverride = z.output<typeof streamOverrideSchema>;
