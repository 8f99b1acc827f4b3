import { z } from 'zod';

/** A policy by name with its parameters; the policies that exist are listed in policies.ts. */
export const thresholdSettingSchema = z.strictObject({
  policy: z.string().min(1),
  parameters: z.record(z.string(), z.number()),
});

export type ThresholdSetting = z.output<typeof thresholdSettingSchema>;
