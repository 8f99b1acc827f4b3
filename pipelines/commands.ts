import { z } from 'zod';
import { faultRequestSchema } from './fault-request.ts';
import { driftReportSchema, fitDecisionSchema, suspicionSchema } from './fit-decision.ts';
import { thresholdSettingSchema } from './thresholds/threshold-setting.ts';

const everyCommand = {
  /** Unique; chosen by whoever asks, so that asking twice is applying once. */
  id: z.string().min(1).max(100),
  stream: z.string().min(1),
  issuedAtMs: z.number(),
  issuedBy: z.string().min(1).max(100),
  /** Why; shown in the audit trail. */
  reason: z.string().max(1000).default(''),
  /** Event time before which the command must not take effect. */
  notBeforeMs: z.number().optional(),
};

/** What a person can make of a time: it was abnormal, normal, hard to say; or a remark that decides nothing. */
export const judgements = ['anomaly', 'normal', 'unsure', 'note'] as const;

const judgementSchema = z.enum(judgements);

export type Judgement = z.output<typeof judgementSchema>;

/** Event times, half-open. */
const judgedRange = { fromMs: z.number(), toMs: z.number() };

function isForward({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): boolean {
  return toMs > fromMs;
}

/** What people and the trainer ask for: the audit trail. The service that applies a command writes the setting. */
export const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...everyCommand,
    type: z.literal('promote'),
    modelVersion: z.string().min(1),
    /** The trainer's, for a challenger that passed the gate. */
    decision: fitDecisionSchema.optional(),
    /** The trainer's, where a model is to govern again because the one after it turned suspect. */
    suspicion: suspicionSchema.optional(),
  }),
  z.strictObject({ ...everyCommand, type: z.literal('set-threshold'), setting: thresholdSettingSchema }),
  /** What a person made of a time; the annunciator answers it with a verdict. */
  z
    .strictObject({
      ...everyCommand,
      ...judgedRange,
      type: z.literal('judge'),
      judgement: judgementSchema,
      anomalyId: z.string().min(1).optional(),
    })
    .refine(isForward, { path: ['toMs'], message: 'must be after fromMs' }),
  /** A fit now, whatever the schedule; the trainer answers it with a command to promote, or to decline. */
  z.strictObject({
    ...everyCommand,
    type: z.literal('train'),
    /** Why, where it is the trainer that asks. */
    drift: driftReportSchema.optional(),
    suspicion: suspicionSchema.optional(),
  }),
  /** The trainer's: a challenger did not pass the gate. Nobody acts on it; it answers a command to train. */
  z.strictObject({
    ...everyCommand,
    type: z.literal('decline'),
    modelVersion: z.string().min(1),
    decision: fitDecisionSchema,
  }),
  /** The trainer's: where the telemetry of a verdict is kept in the bundle store, beyond the days that history has it. */
  z.strictObject({
    ...everyCommand,
    type: z.literal('keep-case'),
    verdictId: z.string().min(1),
    caseHash: z.string().min(1),
    definitionVersion: z.number().int().positive(),
  }),
  /** Simulation only; ingest answers it with the fault's truth record. */
  z.strictObject({ ...everyCommand, type: z.literal('inject-fault'), fault: faultRequestSchema }),
]);

export type Command = z.output<typeof commandSchema>;
export type PromoteCommand = Extract<Command, { type: 'promote' }>;
export type TrainCommand = Extract<Command, { type: 'train' }>;
export type DeclineCommand = Extract<Command, { type: 'decline' }>;
export type KeepCaseCommand = Extract<Command, { type: 'keep-case' }>;
export type JudgeCommand = Extract<Command, { type: 'judge' }>;
export type SetThresholdCommand = Extract<Command, { type: 'set-threshold' }>;
export type InjectFaultCommand = Extract<Command, { type: 'inject-fault' }>;

const everySetting = {
  stream: z.string(),
  /** Start of the first window that it governs. */
  effectiveFromMs: z.number(),
  /** Offset of the command in its partition; null where the service itself decided. */
  commandOffset: z.number().nullable(),
  commandId: z.string().nullable(),
  issuedBy: z.string(),
  reason: z.string(),
  /** Why the command could not be obeyed; null where the setting governs. */
  refusedBecause: z.string().nullable(),
};

/** Which bundle governs a stream from which event time on; the scorer writes it with the first window that it governs. */
export const modelSettingSchema = z.strictObject({
  ...everySetting,
  definitionVersion: z.number().int().positive(),
  modelVersion: z.string(),
});

export type ModelSetting = z.output<typeof modelSettingSchema>;

/** Which threshold governs a stream from which event time on; the annunciator writes it with the first score it judges by it. */
export const thresholdRecordSchema = z.strictObject({
  ...everySetting,
  setting: thresholdSettingSchema,
  /** The model that the setting was first used with; null where an operator's setting outlives models. */
  modelVersion: z.string().nullable(),
});

export type ThresholdRecord = z.output<typeof thresholdRecordSchema>;

/**
 * What a person made of a stretch of a stream's time. Where stretches overlap, the newer verdict holds. No detector reads it:
 * it governs what is trained on, what a challenger must catch, and what is shown.
 */
export const verdictSchema = z.strictObject({
  /** The command's; a verdict has no other name. */
  commandId: z.string(),
  commandOffset: z.number(),
  stream: z.string(),
  ...judgedRange,
  judgement: judgementSchema,
  /** The anomaly that it was given for; null where for a time. */
  anomalyId: z.string().nullable(),
  issuedAtMs: z.number(),
  issuedBy: z.string(),
  reason: z.string(),
});

export type Verdict = z.output<typeof verdictSchema>;
