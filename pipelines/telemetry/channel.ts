import { z } from 'zod';

/** Limits beyond which a value is wrong whatever any model says. Inclusive bounds of what is allowed, in the channel's unit. */
export const hardLimitsSchema = z
  .strictObject({ low: z.number().optional(), high: z.number().optional() })
  .refine((limits) => limits.low === undefined || limits.high === undefined || limits.low < limits.high, {
    message: 'low must be less than high',
    path: ['low'],
  });

const everyChannel = {
  /** The source's own identifier, such as `NODE3000005`. */
  id: z.string().min(1).max(200),
  /** A short name for people. */
  name: z.string().min(1).max(200),
  /** Unit of the values; '' for none. */
  unit: z.string().max(40).default(''),
  /** `scored` channels are reconstructed and judged; `context` channels (commands, eclipse, modes) are only seen. */
  role: z.enum(['scored', 'context']).default('scored'),
  /** Whether the source sends a sample only when the value changes. */
  onChange: z.boolean().default(false),
  /** Age at which the last observation is no longer carried; the stream's own by default. */
  staleAfterMs: z.number().positive().optional(),
  hardLimits: hardLimitsSchema.optional(),
  /**
   * The standard deviation that a quiet channel is taken to have at least, in its unit: changes much smaller than it are of
   * no interest, however still the channel was in training. None by default: then all that is more than rounding counts.
   */
  leastDeviation: z.number().positive().optional(),
};

/**
 * A channel: one measured quantity.
 *
 * kinds: `real`; `angle` (wraps at `period`, fed to models as sine and cosine); `counter` (rises and rolls over at
 * `rolloverAt`, fed as differences); `enumeration` (one of `states`, fed one-hot); `logarithmic` (positive, fed as log10).
 */
export const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...everyChannel, kind: z.literal('real') }),
  z.strictObject({ ...everyChannel, kind: z.literal('angle'), period: z.number().positive().default(360) }),
  z.strictObject({ ...everyChannel, kind: z.literal('counter'), rolloverAt: z.number().positive() }),
  z.strictObject({
    ...everyChannel,
    kind: z.literal('enumeration'),
    states: z
      .array(z.strictObject({ value: z.number(), label: z.string() }))
      .min(1)
      .max(128),
  }),
  z.strictObject({ ...everyChannel, kind: z.literal('logarithmic') }),
]);

/** A parsed channel definition; see {@link channelSchema}. */
export type ChannelDefinition = z.output<typeof channelSchema>;
export type ChannelKind = ChannelDefinition['kind'];
