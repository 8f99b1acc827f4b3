import { z } from 'zod';
import type { ArchitectureDescription } from '../../../pipelines/autoencoders/architecture.ts';
import type { BundleManifest } from '../../../pipelines/autoencoders/bundle.ts';
import { streamDefinitionSchema } from '../../../pipelines/telemetry/stream-definition.ts';
import { thresholdSettingSchema } from '../../../pipelines/thresholds/threshold-setting.ts';

const count = z.number().int().nonnegative();
const numbers = z.array(z.number());
const architecture = z.strictObject({
  name: z.string().min(1),
  get settings(): z.ZodType<ArchitectureDescription['settings']> {
    return z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), numbers, z.array(architecture)]));
  },
});
const scoring = z.union([
  z.strictObject({ rule: z.enum(['squared', 'absolute', 'reconstruction-probability']) }),
  z.strictObject({
    rule: z.literal('mahalanobis'),
    shrinkage: z.number(),
    center: numbers,
    scale: z.array(z.number().positive()),
    whitening: numbers,
  }),
]);
const windowRange = z.strictObject({ fromMs: z.number(), toMs: z.number(), windows: count });

/** Parses the manifest of a stored bundle. */
export const manifestSchema: z.ZodType<BundleManifest> = z.strictObject({
  schemaVersion: z.literal(1),
  architecture,
  shape: z.strictObject({ rows: count.min(1), features: count.min(1), scoredFeatures: count.min(1) }),
  definition: streamDefinitionSchema,
  scaler: z.strictObject({ center: numbers, scale: numbers }),
  training: windowRange,
  holdout: windowRange,
  scoring: scoring.optional(),
  channelWeights: numbers,
  holdoutErrors: numbers,
  holdoutStrideErrors: numbers.optional(),
  holdoutStrideMs: z.number().positive().optional(),
  holdoutChannels: z
    .array(
      z.strictObject({
        channelId: z.string(),
        median: z.number(),
        q90: z.number(),
        q99: z.number(),
        max: z.number(),
      }),
    )
    .optional(),
  holdoutCodes: z.array(numbers).optional(),
  holdoutMedianError: z.number().positive(),
  threshold: thresholdSettingSchema,
  statistics: z.array(
    z.strictObject({
      channelId: z.string(),
      mean: z.number(),
      standardDeviation: z.number(),
      min: z.number(),
      max: z.number(),
      missingShare: z.number(),
      distribution: z.strictObject({ upTo: numbers, share: numbers }).optional(),
      farthestStretch: z.number().optional(),
    }),
  ),
  fit: z.strictObject({
    seed: z.number(),
    backend: z.string(),
    epochs: z.array(z.strictObject({ trainingLoss: z.number(), holdoutLoss: z.number() })),
    bestEpoch: z.number(),
  }),
});

/** What stands beside a bundle's files: what a list shows, and the SHA-256 (hex) of each file. */
export const bundleIndexSchema = z.strictObject({
  createdAtMs: z.number(),
  stream: z.string(),
  definitionVersion: z.number(),
  architecture: z.string(),
  holdoutMedianError: z.number(),
  sha256: z.strictObject({ 'manifest.json': z.string(), 'model.onnx': z.string().optional() }),
});

export type BundleIndex = z.output<typeof bundleIndexSchema>;
