import { z } from 'zod';
import { datasets } from '../../pipelines/evaluation/datasets/datasets.ts';
import { architectureSettings, type ArchitectureName } from '../../pipelines/autoencoders/architecture-settings.ts';

/**
 * Every field of cupola.yaml: type, bounds, default, what it is for and an example. The reference in
 * docs/configuration.md, `cupola config schema` and the refusals all come from here.
 */

const second = 1000;
const hour = 3_600 * second;
const day = 24 * hour;
/** Of the station, 92.9 minutes. */
const orbit = 5_574 * second;

/** Every service, in the order in which they start. */
export const serviceNames = ['console', 'recorder', 'annunciator', 'scorer', 'ingest', 'trainer'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** How much is logged, least last. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const datasetNames = datasets.map(({ name }) => name);

const durationMs = (min: number, max = 3650 * day) => z.int().min(min).max(max);

const logSchema = z.strictObject({
  partitions: z
    .int()
    .min(1)
    .max(1024)
    .default(4)
    .meta({
      description: 'Partitions of the topics keyed by stream. Fixed once the data folder is made.',
      examples: [8],
    }),
  maxRecords: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({
      description: 'Records that a service takes from the log at once.',
      examples: [500],
    }),
  snapshotEveryRecords: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(2000)
    .meta({
      description: "Records between snapshots of a service's memory: what a restart reads again at most, by partition.",
      examples: [2000],
    }),
  maintainEveryMs: durationMs(second, 7 * day)
    .default(10 * 60 * second)
    .meta({ description: 'Time between two rounds of retention and compaction.', examples: [600_000] }),
});

const historySchema = z.strictObject({
  keepMs: durationMs(hour)
    .default(30 * day)
    .meta({
      description: 'How far back samples, scores and anomalies are kept for charts and training, in event time.',
      examples: [7 * day],
    }),
});

const consoleSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .default('127.0.0.1')
    .meta({
      description:
        'Address to listen on. The console asks nobody who they are: beyond 127.0.0.1 put a guard before it.',
      examples: ['127.0.0.1'],
    }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8470)
    .meta({
      description: 'Port to listen on; 0 takes a free one.',
      examples: [8471],
    }),
});

const speed = z.number().gt(0).max(1_000_000);

const simulateSchema = z.strictObject({
  type: z.literal('simulate').meta({ description: 'A simulated station.', examples: ['simulate'] }),
  seed: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(1)
    .meta({
      description: 'Decides telemetry and faults: the same seed gives the same station.',
      examples: [7],
    }),
  speed: speed.default(60).meta({ description: 'Station seconds in a second.', examples: [60] }),
  historyOrbits: z
    .number()
    .min(0)
    .max(10_000)
    .default(12)
    .meta({
      description: 'Orbits of 92.9 minutes without faults that come first, as fast as they can be read, to train on.',
      examples: [8],
    }),
  quietMs: durationMs(0, 365 * day)
    .default(40 * 60 * second)
    .meta({ description: 'Station time after the history before the first fault can come.', examples: [2_400_000] }),
  faults: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether faults are injected.', examples: [false] }),
  lossOfSignal: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether telemetry comes in a burst after each loss of signal.', examples: [false] }),
});

const replaySchema = z.strictObject({
  type: z.literal('replay').meta({ description: 'A recorded data set.', examples: ['replay'] }),
  dataset: z.enum(datasetNames).meta({ description: 'Which data set.', examples: ['nasa-smap-msl'] }),
  dataDir: z
    .string()
    .min(1)
    .meta({ description: 'The folder that holds it, or one that holds it among others.', examples: ['data'] }),
  member: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: 'Which channel, machine or series of the set; all of them by default.',
      examples: ['P-3'],
    }),
  speed: speed
    .nullable()
    .default(null)
    .meta({
      description: 'Recorded seconds in a second; null: as fast as can be.',
      examples: [1000],
    }),
  windowRows: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .meta({
      description: "Rows of a window; the data set's own by default.",
      examples: [64],
    }),
  strideRows: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .meta({
      description: "Rows between windows; the data set's own by default.",
      examples: [16],
    }),
  staleAfterMs: durationMs(1)
    .optional()
    .meta({
      description: "Age at which a last observation is no longer carried; the data set's own by default.",
      examples: [hour],
    }),
});

export const sourceSchema = z.discriminatedUnion('type', [simulateSchema, replaySchema]);

/** What may be said of a stream in place of what its source says. */
const streamOverrideSchema = z.strictObject({
  version: z
    .int()
    .min(2)
    .max(1_000_000)
    .meta({
      description: 'Version of the changed definition: raise it with every change.',
      examples: [2],
    }),
  windowLengthMs: durationMs(1)
    .optional()
    .meta({ description: 'Length of a window.', examples: [640_000] }),
  strideMs: durationMs(1)
    .optional()
    .meta({ description: 'Distance between windows.', examples: [160_000] }),
  outOfOrdernessMs: durationMs(0)
    .optional()
    .meta({
      description: 'How far the watermark trails the highest event time.',
      examples: [2000],
    }),
  staleAfterMs: durationMs(1)
    .optional()
    .meta({
      description: 'Age at which a last observation is no longer carried.',
      examples: [120_000],
    }),
  maxMissingShare: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .meta({
      description: 'Share of missing cells above which a window is a gap.',
      examples: [0.25],
    }),
  backfillMs: durationMs(0)
    .optional()
    .meta({
      description: 'How long after its end a gap may still be scored as backfill.',
      examples: [3_600_000],
    }),
  warmUpMs: durationMs(1)
    .optional()
    .meta({
      description: 'First stretch of telemetry, on which robust-limits is fitted.',
      examples: [5_574_000],
    }),
});

const architectureNames = Object.keys(architectureSettings) as ArchitectureName[];

const architectureSchema = z.strictObject({
  name: z
    .enum(architectureNames)
    .default('dense')
    .meta({ description: 'Which autoencoder.', examples: ['lstm'] }),
  settings: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]))
    .default({})
    .meta({ description: "The architecture's own settings; its defaults where left out.", examples: [{ code: 16 }] }),
});

const trainingSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether models are trained.', examples: [false] }),
  architecture: architectureSchema.prefault({}),
  firstFitAfterMs: durationMs(second)
    .default(10 * orbit)
    .meta({ description: 'Telemetry of a stream that its first fit waits for, in event time.', examples: [orbit] }),
  refitEveryMs: durationMs(second)
    .nullable()
    .default(day)
    .meta({ description: 'Event time between fits of a stream; null fits it once.', examples: [7 * day] }),
  maxHistoryMs: durationMs(second)
    .default(7 * day)
    .meta({ description: 'Newest telemetry that a fit looks at, in event time.', examples: [day] }),
  strideCells: z
    .int()
    .min(1)
    .max(100_000)
    .default(4)
    .meta({
      description: "Distance between training windows, in cells of the stream's grid.",
      examples: [4],
    }),
  holdoutShare: z
    .number()
    .min(0.05)
    .max(0.5)
    .default(0.2)
    .meta({
      description: 'Share of the normal windows, the newest, that is kept for judging the fit.',
      examples: [0.2],
    }),
  checkEveryMs: durationMs(10, hour)
    .default(500)
    .meta({
      description: 'Time between looks for streams that are due.',
      examples: [1000],
    }),
  maxSeconds: z
    .number()
    .min(0.1)
    .max(86_400)
    .default(4)
    .meta({
      description: 'A fit that takes longer stops and keeps the best weights so far.',
      examples: [60],
    }),
  batchSize: z
    .int()
    .min(1)
    .max(65_536)
    .default(64)
    .meta({ description: 'Windows in a step.', examples: [64] }),
  learningRate: z
    .number()
    .gt(0)
    .max(1)
    .default(0.001)
    .meta({ description: "Adam's step.", examples: [0.001] }),
  maxEpochs: z
    .int()
    .min(1)
    .max(100_000)
    .default(60)
    .meta({
      description: 'Passes over the training windows at most.',
      examples: [60],
    }),
  patience: z
    .int()
    .min(1)
    .max(100_000)
    .default(8)
    .meta({
      description: 'Epochs without a better holdout loss after which a fit stops.',
      examples: [8],
    }),
  seed: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(1)
    .meta({
      description: 'Decides the first weights and the order of windows.',
      examples: [1],
    }),
});

const scoringSchema = z.strictObject({
  workers: z
    .int()
    .min(0)
    .max(64)
    .default(1)
    .meta({
      description: 'Threads that score windows; models are shared out among them. 0 scores on the main thread.',
      examples: [2],
    }),
});

const thresholdSchema = z.strictObject({
  policy: z
    .string()
    .min(1)
    .default('quantile')
    .meta({ description: 'Which policy.', examples: ['mean-sigma'] }),
  parameters: z
    .record(z.string(), z.number())
    .default({})
    .meta({ description: "The policy's parameters; its defaults where left out.", examples: [{ k: 6 }] }),
});

const loggingSchema = z.strictObject({
  level: z
    .enum(logLevels)
    .default('info')
    .meta({ description: 'The least that is logged.', examples: ['debug'] }),
  pretty: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .meta({
      description: 'Lines for people rather than JSON; auto: where standard error is a terminal.',
      examples: ['never'],
    }),
});

export const configSchema = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .default('.cupola')
    .meta({
      description: 'Folder of the log, the history and the models; relative to the working directory.',
      examples: ['/var/lib/cupola'],
    }),
  log: logSchema.prefault({}),
  history: historySchema.prefault({}),
  console: consoleSchema.prefault({}),
  sources: z
    .array(sourceSchema)
    .max(100)
    .prefault([{ type: 'simulate' }])
    .meta({ description: 'Where telemetry comes from; by default the simulated station.' }),
  streams: z
    .record(z.string(), streamOverrideSchema)
    .default({})
    .meta({ description: 'Changes to the stream definitions of the sources, by stream.' }),
  scoring: scoringSchema.prefault({}),
  training: trainingSchema.prefault({}),
  thresholds: z
    .strictObject({ default: thresholdSchema.prefault({}) })
    .prefault({})
    .meta({ description: 'The threshold that a trained model brings with it.' }),
  services: z
    .array(z.enum(serviceNames))
    .min(1)
    .default([...serviceNames])
    .meta({ description: 'Which services run in this process; all by default.', examples: [['ingest', 'scorer']] }),
  logging: loggingSchema.prefault({}),
});

/** A whole configuration, defaults filled. */
export type Config = z.output<typeof configSchema>;
export type SourceConfig = z.output<typeof sourceSchema>;
/** The name of a source: the source of its streams and ticks. */
export function sourceName(source: SourceConfig): string {
  if (source.type === 'simulate') return 'simulator';
  return source.member === undefined ? source.dataset : `${source.dataset}-${source.member}`;
}

export type StreamOverride = z.output<typeof streamOverrideSchema>;
