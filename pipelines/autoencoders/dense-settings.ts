import { z } from 'zod';

/** Settings of the dense autoencoder. */
export const denseSettingsSchema = z.strictObject({
  /**
   * Units of the encoder's hidden layers, outermost first; the decoder mirrors them. Without any the autoencoder is
   * linear and spans what principal components do (Baldi and Hornik, 1989): of little telemetry and in seconds, nothing
   * deeper was seen to come closer to the sensors' own noise.
   */
  hidden: z.array(z.number().int().min(1).max(8192)).max(6).default([]),
  /** Units of the code; fewer than rows x scored features, or nothing need be learnt. */
  code: z.number().int().min(1).max(4096).default(24),
  activation: z.enum(['relu', 'elu', 'tanh']).default('relu'),
  /** Inputs are clipped to +/- this many scaled units, so that one wild channel does not spoil the reconstruction of others. */
  inputLimit: z.number().min(1).max(1000).default(10),
});

export type DenseSettings = z.output<typeof denseSettingsSchema>;
