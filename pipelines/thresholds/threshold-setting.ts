import { z } from 'zod';

/** A policy by name with its parameters; the policies that exist are listed in policies.ts. */
export const thresholdSettingSchema = z.strictObject({
  policy: z.string().min(1),
  parameters: z.record(z.string(), z.number()),
});

export type ThresholdSetting = z.output<typeof thresholdSettingSchema>;

/** Whether two settings ask for the same. */
export function isSameSetting(a: ThresholdSetting, b: ThresholdSetting): boolean {
  if (a === b) return true;
  const names = Object.keys(a.parameters);
  return (
    a.policy === b.policy &&
    names.length === Object.keys(b.parameters).length &&
    names.every((name) => a.parameters[name] === b.parameters[name])
  );
}
