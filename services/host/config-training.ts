import { z } from 'zod';
import { architectureSettings, type ArchitectureName } from '../../pipelines/autoencoders/architecture-settings.ts';
import { usualGuard } from '../../pipelines/training/contamination.ts';
import { scoringRuleNames } from '../../pipelines/scoring/scoring-rule.ts';
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

const contaminationSchema = z.strictObject({
  enabled: field(
    z.boolean().default(true),
    'Whether windows that stand apart from the rest, by the model that governs, are left out of training, though no alarm was raised.',
    false,
  ),
  screenFirstFit: field(
    z.boolean().default(false),
    'Whether they are before a first fit, too, where no model can tell: for telemetry that may hold faults; of clean telemetry it costs rare ways of being normal.',
    true,
  ),
  deviations: field(
    z.number().min(1).max(100).default(usualGuard.deviations),
    "Robust standard deviations above the median of the errors' logarithms beyond which a window stands apart.",
    3.5,
  ),
  mostShare: field(
    z.number().min(0.001).max(0.25).default(usualGuard.mostShare),
    'Share of windows that are left out at most; where more stand apart, they are another way of being normal.',
    0.1,
  ),
});

const streamTrainingSchema = z.strictObject({
  enabled: field(z.boolean().optional(), 'Whether it is trained.', false),
  firstFitAfterMs: field(durationMs(secondMs).optional(), 'As above.', orbitMs),
  refitEveryMs: field(durationMs(secondMs).nullable().optional(), 'As above.', 7 * dayMs),
  maxSeconds: field(z.number().min(0.1).max(86_400).optional(), 'As above.', 60),
});

export const trainingSchema = z.strictObject({
  enabled: field(z.boolean().default(true), 'Whether models are trained.', false),
  architecture: architectureSchema.prefault({}),
  startFrom: field(
    z.enum(['chance', 'same-shape']).default('chance'),
    "What a stream's first fit starts from: chance, or the newest model of the same architecture and shape, of any stream.",
    'same-shape',
  ),
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
  guard: contaminationSchema.prefault({}),
  refitOnDrift: field(
    z.boolean().default(true),
    'Whether a stream whose inputs, or errors, are no longer distributed as in training is fitted again before its time.',
    false,
  ),
  suspectShare: field(
    z.number().min(0.05).max(1).default(0.5),
    'A model that finds a greater share of windows abnormal is suspect: the one before it is asked for again.',
    0.8,
  ),
  suspectForMs: field(
    durationMs(secondMs).default(orbitMs),
    'Newest time that the share is taken of, in event time; a new model is not suspect before it has governed as long.',
    hourMs,
  ),
  keepFitCases: field(
    z.boolean().default(false),
    'Whether the telemetry of every fit is kept beside the models for ever, for reproduction. That of verdicts always is.',
    true,
  ),
  checkEveryMs: field(durationMs(10, hourMs).default(500), 'Time between looks for streams that are due.', 1000),
  maxSeconds: field(
    z.number().min(0.1).max(86_400).default(5),
    'A fit that takes longer stops and keeps the best weights so far.',
    60,
  ),
  maxBusyShare: field(
    z.number().min(0.01).max(1).default(1),
    'Share of time that fits of all streams may take together: after one, the next waits.',
    0.1,
  ),
  batchSize: field(z.int().min(1).max(65_536).default(64), 'Windows in a step.', 64),
  learningRate: field(z.number().gt(0).max(1).default(0.001), "Adam's step.", 0.003),
  maxEpochs: field(count.default(60), 'Passes over the training windows at most.', 60),
  patience: field(
    count.default(5),
    'Epochs in which the holdout loss fell by less than 1 %, after which a fit stops.',
    8,
  ),
  streams: field(
    z.record(z.string(), streamTrainingSchema).default({}),
    'What of it is otherwise for some streams, by stream.',
    { water: { maxSeconds: 60, refitEveryMs: 7 * dayMs } },
  ),
  scoring: field(
    z.enum(scoringRuleNames).nullable().default(null),
    "How residuals become a score; null takes the architecture's own rule, or else squared.",
    'mahalanobis',
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
