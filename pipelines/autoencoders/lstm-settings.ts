import { z } from 'zod';

/** Settings of the LSTM autoencoder. */
export const lstmSettingsSchema = z.strictObject({
  /** Units of each LSTM layer. */
  units: z.number().int().min(1).max(1024).default(32),
  /** Units of the code; fewer than rows x scored features, or nothing need be learnt. */
  code: z.number().int().min(1).max(4096).default(16),
  /** LSTM layers of the encoder, and of the decoder. */
  layers: z.number().int().min(1).max(3).default(1),
  /** Inputs are clipped to +/- this many scaled units, so that one wild channel does not spoil the reconstruction of others. */
  inputLimit: z.number().min(1).max(1000).default(10),
});

export type LstmSettings = z.output<typeof lstmSettingsSchema>;
