import { z } from 'zod';
import { field, text } from './config-field.ts';
import { historySchema } from './config-history.ts';
import { logSchema } from './config-log.ts';
import { sourceSchema, streamOverrideSchema } from './config-sources.ts';
import { definedStreamSchema } from './config-streams.ts';
import { thresholdSchema, trainingSchema } from './config-training.ts';

/**
 * Every field of cupola.yaml: type, bounds, default, what it is for and an example. The reference in
 * docs/configuration.md, `cupola config schema` and the refusals all come from here.
 */

/** Every service, in the order in which they start. */
export const serviceNames = ['console', 'recorder', 'annunciator', 'scorer', 'ingest', 'trainer'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** How much is logged, least last. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const consoleSchema = z.strictObject({
  host: field(
    text.max(253).default('127.0.0.1'),
    'Address to listen on. The console asks nobody who they are: beyond 127.0.0.1 put a guard before it.',
    '127.0.0.1',
  ),
  port: field(z.int().min(0).max(65_535).default(8470), 'Port to listen on; 0 takes a free one.', 8471),
});

const scoringSchema = z.strictObject({
  workers: field(
    z.int().min(0).max(64).default(1),
    'Threads that score windows; models are shared out among them. 0 scores on the main thread.',
    2,
  ),
});

const loggingSchema = z.strictObject({
  level: field(z.enum(logLevels).default('info'), 'The least that is logged.', 'debug'),
  pretty: field(
    z.enum(['auto', 'always', 'never']).default('auto'),
    'Lines for people rather than JSON; auto: where standard error is a terminal.',
    'never',
  ),
});

export const configSchema = z.strictObject({
  dataDir: field(
    text.default('.cupola'),
    'Folder of the log, the history and the models; relative to the working directory.',
    '/var/lib/cupola',
  ),
  modelsDir: field(
    text.optional(),
    'Folder of the models; by default one in the data folder. Processes that share the work on Kafka share it.',
    '/var/lib/cupola-models',
  ),
  log: logSchema.prefault({}),
  history: historySchema.prefault({}),
  console: consoleSchema.prefault({}),
  sources: field(
    z
      .array(sourceSchema)
      .max(100)
      .prefault([{ type: 'simulate' }]),
    'Where telemetry comes from; by default the simulated station.',
  ),
  streamDefinitions: field(
    z.array(definedStreamSchema).max(10_000).default([]),
    'The streams of sources that bring none: which channels are modelled together, on which grid. The rest of this section is of one of them.',
  ),
  streams: field(
    z.record(z.string(), streamOverrideSchema).default({}),
    'Changes to the stream definitions of the sources, by stream.',
  ),
  scoring: scoringSchema.prefault({}),
  training: trainingSchema.prefault({}),
  thresholds: field(
    z.strictObject({ default: thresholdSchema.prefault({}) }).prefault({}),
    'The threshold that a trained model brings with it.',
  ),
  services: field(
    z
      .array(z.enum(serviceNames))
      .min(1)
      .default([...serviceNames]),
    'Which services run in this process; all by default.',
    ['ingest', 'scorer'],
  ),
  logging: loggingSchema.prefault({}),
});

/** A whole configuration, defaults filled. */
export type Config = z.output<typeof configSchema>;
