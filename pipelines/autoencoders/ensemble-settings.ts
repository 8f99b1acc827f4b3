import { z } from 'zod';
import type { ScalerMethod } from '../features/fit-scaler.ts';
import type { ArchitectureDescription } from './architecture.ts';

type MemberSchemas = Readonly<Record<string, z.ZodType<ArchitectureDescription['settings']>>>;

/**
 * The settings of an ensemble of these architectures. Those of its members are checked and filled each by its own
 * declaration; they all see the same windows, so they must be scaled alike.
 */
// oxlint-disable-next-line typescript/explicit-function-return-type, typescript/explicit-module-boundary-types -- a schema's type is its declaration
export function ensembleSettings(architectures: MemberSchemas) {
  const names = Object.keys(architectures);
  const member = z
    .strictObject({ name: z.enum(names), settings: z.record(z.string(), z.unknown()).default({}) })
    .transform(({ name, settings }, context): ArchitectureDescription => {
      const parsed = architectures[name]!.safeParse(settings);
      if (parsed.success) return { name, settings: parsed.data };
      for (const { path, message } of parsed.error.issues)
        context.issues.push({ code: 'custom', path: ['settings', ...path], message, input: settings });
      return z.NEVER;
    });
  const unlike = ['dense', 'nearest-window', 'ridge'].map((name) => ({ name, settings: {} }));
  return z
    .strictObject({
      members: z
        .array(member)
        .min(2)
        .max(16)
        .prefault(unlike)
        .describe('Architectures with their settings, each fitted by itself; the more unlike, the better'),
      combine: z
        .enum(['mean', 'median', 'vote'])
        .default('vote')
        .describe("What becomes of the members' errors, each in units of its own on the holdout"),
      votes: z
        .number()
        .int()
        .min(1)
        .max(16)
        .default(2)
        .describe(
          'Of a vote, how many members must find a window as bad as the score says: the k-th greatest error counts',
        ),
      limitQuantile: z
        .number()
        .min(0.5)
        .max(1)
        .default(0.99)
        .describe("A member's unit: up to which quantile of the holdout its errors are ordinary"),
      leastLimit: z
        .number()
        .min(1e-6)
        .max(100)
        .default(0.001)
        .describe(
          "The least of a member's units, in scaled units squared: smaller errors are ordinary whoever makes them",
        ),
      scaling: z
        .enum(['standard', 'robust', 'min-max'] satisfies ScalerMethod[])
        .default('standard')
        .describe('How channels are scaled, for all members'),
    })
    .superRefine(({ members, combine, votes, scaling }, context) => {
      if (combine === 'vote' && votes > members.length)
        context.addIssue({
          code: 'custom',
          path: ['votes'],
          message: `must be at most the members (${members.length})`,
        });
      members.forEach(({ settings }, index) => {
        if (settings['scaling'] === scaling) return;
        const path = ['members', index, 'settings', 'scaling'];
        context.addIssue({ code: 'custom', path, message: `must be that of the ensemble (${scaling})` });
      });
    })
    .meta({
      title: 'Ensemble',
      description: 'A vote or an average of unlike models, as one model with one score (Aggarwal and Sathe 2015)',
    });
}

export type EnsembleSettings = z.output<ReturnType<typeof ensembleSettings>>;
