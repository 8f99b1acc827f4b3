import { z } from 'zod';

/** Settings of the dense autoencoder. */
export const denseSettingsSchema = z.strictObject({
  /** Units of the encoder's hidden layers, outermost first; the decoder mirrors them. */
  hidden: z.array(z.number().int().min(1).max(8192)).max(6).default([128]),
  /** Units of the code; fewer than rows x scored features, or nothing need be learnt. */
  code: z.number().int().min(1).max(4096).default(16),
  activation: z.enum(['relu', 'elu', 'tanh']).default('relu'),
  /** Inputs are clipped to +/- this many scaled units, so that one wild channel does not spoil the reconstruction of others. */
  inputLimit: z.number().min(1).max(1000).default(10),
});

export type DenseSettings = z.output<typeof denseSettingsSchema>;
