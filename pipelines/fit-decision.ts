import { z } from 'zod';

/** Why the trainer fits, and how it decides: what stands in its commands beside what they ask for. */

const timeRangeSchema = z.strictObject({ fromMs: z.number(), toMs: z.number() });

/** How far newest telemetry is from what a model was trained on, in one respect. */
export const driftFindingSchema = z.strictObject({
  /** The channel whose values were compared; null where the model's errors were. */
  channelId: z.string().nullable(),
  /** Kolmogorov-Smirnov distance, 0 to 1, and the bound beyond which it is drift. */
  statistic: z.number(),
  bound: z.number(),
});

export type DriftFinding = z.output<typeof driftFindingSchema>;

/** How newest telemetry compares with what the governing model was trained on. */
export const driftReportSchema = z.strictObject({
  modelVersion: z.string(),
  /** The newest telemetry that was compared. */
  ...timeRangeSchema.shape,
  /** Windows of it, no two of which overlap. */
  windows: z.number(),
  /** The farthest in relation to their bounds, first of all those beyond. */
  findings: z.array(driftFindingSchema),
});

export type DriftReport = z.output<typeof driftReportSchema>;

/** A model that finds too much abnormal. */
export const suspicionSchema = z.strictObject({
  modelVersion: z.string(),
  /** Since when it governs. */
  governsFromMs: z.number(),
  /** The time that was looked at, by ends of windows. */
  ...timeRangeSchema.shape,
  /** Windows scored in it, and how many of them alarmed. */
  windows: z.number(),
  alarmed: z.number(),
  /** Share of windows that alarmed, the bound beyond which a model is suspect, and the share as long before it governed. */
  share: z.number(),
  bound: z.number(),
  shareBefore: z.number().nullable(),
});

export type Suspicion = z.output<typeof suspicionSchema>;

/** What a model did on telemetry that is known. */
export const modelTrialSchema = z.strictObject({
  modelVersion: z.string(),
  /** Anomalies on the holdout's time, but for those that people judged to be none of the model's fault. */
  holdoutAlarms: z.number(),
  /** Of the known incidents, how many it catches; of the times judged normal, in how many it alarms all the same. */
  caught: z.number(),
  falselyAlarmed: z.number(),
});

export type ModelTrial = z.output<typeof modelTrialSchema>;

/** Why a fit was made. */
export const fitTriggerSchema = z.enum(['first', 'schedule', 'asked', 'drift', 'suspect']);

export type FitTrigger = z.output<typeof fitTriggerSchema>;

/** What a challenger was fitted on, how it did beside the champion, and so whether it may govern. */
export const fitDecisionSchema = z.strictObject({
  trigger: fitTriggerSchema,
  challenger: modelTrialSchema,
  /** null where no trained model governed. */
  champion: modelTrialSchema.nullable(),
  /** The time that both were tried on. */
  holdout: timeRangeSchema,
  /** Known incidents, and times judged normal, that both were tried on; and cases that could not be used. */
  incidents: z.number(),
  normals: z.number(),
  unusable: z.number(),
  /** Windows of the telemetry looked at; how many touched abnormal times, and how many seemed contaminated. */
  windows: z.number(),
  abnormal: z.number(),
  contaminated: z.number(),
  /** Models whose anomalies were not held against telemetry, since they found most of it abnormal. */
  distrusted: z.array(z.string()),
  drift: driftReportSchema.nullable(),
  /** The case of the telemetry looked at; null where none is kept. */
  caseHash: z.string().nullable(),
  seconds: z.number(),
});

export type FitDecision = z.output<typeof fitDecisionSchema>;
