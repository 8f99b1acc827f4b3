import { z } from 'zod';
import { architectureSettings, type ArchitectureName } from '../../pipelines/autoencoders/architecture-settings.ts';
import { dayMs, durationMs, field, hourMs, orbitMs, secondMs, seed, text } from './config-field.ts';

/** How models are trained, and the threshold that they bring: sections of cupola.yaml. */

const architectureNames = Object.keys(architectureSettings) as ArchitectureName[];
const settingValue = z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]);

const architectureSchema = z.strictObject({
  name: field(z.enum(architectureNames).default('dense'), 'Which autoencoder.', 'lstm'),
  settings: field(
    z.record(z.string(), settingValue).default({}),
    "The architecture's own settings; its defaults where left out.",
    { code: 16 },
  ),
});

const count = z.int().min(1).max(100_000);

export const trainingSchema = z.strictObject({
  enabled: field(z.boolean().default(true), 'Whether models are trained.', false),
  architecture: architectureSchema.prefault({}),
  firstFitAfterMs: field(
    durationMs(secondMs).default(10 * orbitMs),
    'Telemetry of a stream that its first fit waits for, in event time.',
    orbitMs,
  ),
  refitEveryMs: field(
    durationMs(secondMs).nullable().default(dayMs),
    'Event time between fits of a stream; null fits it once.',
    7 * dayMs,
  ),
  maxHistoryMs: field(
    durationMs(secondMs).default(7 * dayMs),
    'Newest telemetry that a fit looks at, in event time.',
    dayMs,
  ),
  strideCells: field(count.default(4), "Distance between training windows, in cells of the stream's grid.", 4),
  holdoutShare: field(
    z.number().min(0.05).max(0.5).default(0.2),
    'Share of the normal windows, the newest, that is kept for judging the fit.',
    0.2,
  ),
  checkEveryMs: field(durationMs(10, hourMs).default(500), 'Time between looks for streams that are due.', 1000),
  maxSeconds: field(
    z.number().min(0.1).max(86_400).default(5),
    'A fit that takes longer stops and keeps the best weights so far.',
    60,
  ),
  batchSize: field(z.int().min(1).max(65_536).default(64), 'Windows in a step.', 64),
  learningRate: field(z.number().gt(0).max(1).default(0.001), "Adam's step.", 0.003),
  maxEpochs: field(count.default(60), 'Passes over the training windows at most.', 60),
  patience: field(
    count.default(5),
    'Epochs in which the holdout loss fell by less than 1 %, after which a fit stops.',
    8,
  ),
  seed: field(seed, 'Decides the first weights and the order of windows.', 1),
});

export const thresholdSchema = z.strictObject({
  policy: field(text.default('mean-sigma'), 'Which policy.', 'quantile'),
  parameters: field(
    z.record(z.string(), z.number()).default({}),
    "The policy's parameters; its defaults where left out.",
    { k: 8 },
  ),
});
